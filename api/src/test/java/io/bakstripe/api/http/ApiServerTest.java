package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every call: authentication, addresses, methods and how problems are written. */
class ApiServerTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void assertProblem(ServedApi.Answer answer, BackupError error, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text("code")).isEqualTo(error.code());
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("title")).isNotBlank();
        assertThat(answer.text("detail")).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/instances",
                "/api/v1/instances/main/databases",
                "/api/v1/tasks",
                "/api/v1/tasks/1/progress",
                "/api/v1/procedures/rds_task_status",
                "/api/v1/sql",
                "/api/v1/unheard-of"
            })
    void asksForAToken(String path) {
        for (String header :
                new String[] {"", "Bearer wrong", "Basic " + ServedApi.TOKEN, "Bearer " + ServedApi.TOKEN + "x"}) {
            HttpRequest.Builder request = API.bare(path).GET();
            if (!header.isEmpty()) {
                request.header("Authorization", header);
            }

            ServedApi.Answer answer = API.send(request);

            assertProblem(answer, BackupError.TOKEN_MISSING, 401);
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void asksForATokenBeforeItReadsABody() {
        ServedApi.Answer answer = API.send(API.bare("/api/v1/procedures/rds_backup_database")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"source_db_name\": 5}")));

        assertProblem(answer, BackupError.TOKEN_MISSING, 401);
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "/api",
                "/api/v1",
                "/api/v1/nothing",
                "/api/v1/procedures",
                "/api/v1/procedures/rds_task_status/more",
                "/api/v1/instances/",
                "/api/v1/instances/main/nothing",
                "/api/v1/instances/main/databases/shop/nothing",
                "/api/v1/tasks/1/nothing",
                "/api/v2/tasks",
                "/health",
                "/health/nothing"
            })
    void answers404WhereThereIsNothing(String path) {
        assertProblem(API.get(path), BackupError.PATH_UNKNOWN, 404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/procedures/rds_task_status, POST",
        "DELETE, /api/v1/procedures/rds_task_status, POST",
        "GET, /api/v1/sql, POST",
        "POST, /api/v1/instances, GET",
        "PUT, /api/v1/instances/main, GET",
        "DELETE, /api/v1/instances/main/databases/shop, GET",
        "PATCH, /api/v1/tasks, GET",
        "DELETE, /api/v1/tasks/1, GET",
        "POST, /health/live, GET"
    })
    void answers405ForAnotherMethod(String method, String path, String allowed) {
        ServedApi.Answer answer = API.send(API.request(path).method(method, HttpRequest.BodyPublishers.noBody()));

        assertProblem(answer, BackupError.METHOD_WRONG, 405);
        assertThat(answer.header("Allow")).isEqualTo(allowed);
        assertThat(answer.text("hint")).contains(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/", "/api/v1/health/"})
    void tellsItsHealthToEveryone(String prefix) {
        assertThat(API.send(API.bare(prefix + "live").GET()).status()).isEqualTo(200);
        assertThat(API.send(API.bare(prefix + "ready").GET()).status()).isEqualTo(200);

        API.cluster().ready(false);

        assertThat(API.send(API.bare(prefix + "live").GET()).status()).isEqualTo(200);
        ServedApi.Answer notReady = API.send(API.bare(prefix + "ready").GET());
        assertProblem(notReady, BackupError.CLUSTER_TIMEOUT, 503);
        assertThat(notReady.header("Retry-After")).isNotEmpty();
    }

    @Test
    void answersARequestWhoseAddressCannotBeReadWithAProblemToo() throws IOException {
        String answer = raw("GET /api/v1/tasks/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json")
                .contains("BAK-1023");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(API.base().getHost(), API.base().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
