package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.PlainConnection;
import io.bakstripe.api.testing.ServedApi;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that the server is about to close is announced as such, so that no client sends its next call into it. */
class UnreadBodiesTest {
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static String post(String path, String headers, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers
                + "Content-Length: " + length + "\r\n\r\n";
    }

    private static String token() {
        return "Authorization: Bearer " + ServedApi.TOKEN + "\r\n";
    }

    /** Whatever is answered before the body is there: either the answer says that it is the last, or the connection goes on. */
    private static void assertGoesOnOrSaysThatItEnds(String head, int length, int status) throws IOException {
        try (PlainConnection connection = PlainConnection.to(API.base())) {
            connection.send(head);
            connection.awaitBytes();
            String body = "x".repeat(length);
            connection.sendQuietly(body);
            PlainConnection.Answer answer = connection.answer();

            assertThat(answer.status()).isEqualTo(status);
            if (!answer.header("connection").equalsIgnoreCase("close")) {
                connection.send(LIVE);
                assertThat(connection.answer().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/procedures/rds_task_status, false, 401",
        "/api/v1/nothing, true, 404",
        "/api/v1/tasks, true, 405",
        "/health/live, true, 405",
        "/api/v1/procedures/rds_task_status?instance=other, true, 404"
    })
    void anAnswerBeforeTheBodySaysWhetherTheConnectionEnds(String path, boolean withToken, int status)
            throws IOException {
        for (int length : new int[] {5, 10_000}) {
            assertGoesOnOrSaysThatItEnds(post(path, withToken ? token() : "", length), length, status);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 10_000, 200_000})
    void aRefusalOfACallWhoseBodyIsOnItsWayLeavesTheConnectionInUse(int length) throws IOException {
        try (PlainConnection connection = PlainConnection.to(API.base())) {
            for (int call = 0; call < 20; call++) {
                connection.send(post("/api/v1/procedures/rds_task_status", "", length));
                connection.send("x".repeat(length));

                PlainConnection.Answer answer = connection.answer();

                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.header("connection")).isEmpty();
            }
        }
    }

    @Test
    void aBodyThatNeverEndsIsNotWaitedFor() throws IOException {
        try (PlainConnection connection = PlainConnection.to(API.base())) {
            connection.send(post("/api/v1/procedures/rds_task_status", "", 1000) + "x");

            PlainConnection.Answer answer = connection.answer();

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void theAnswerToACallThatTookTooLongIsTheLastOfItsConnection() throws IOException {
        API.cluster().fallSilent();
        try (PlainConnection connection = PlainConnection.to(API.base())) {
            connection.send(post("/api/v1/procedures/rds_task_status", token(), 2) + "{}");

            PlainConnection.Answer answer = connection.answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("connection").toLowerCase(Locale.ROOT)).isEqualTo("close");
            assertThat(connection.ended()).isTrue();
        }
    }
}
