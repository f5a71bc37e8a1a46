package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.DeclaredLogins;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.Procedure;
import io.bakstripe.protocol.task.Lifecycle;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may make which call. Each test walks the whole table, so that a new row is tested as it is added. */
class AccessTest {
    @RegisterExtension
    static final ServedApi API = ServedApi.withLogins(DeclaredLogins.all());

    private static String login(Role role) {
        return role == Role.MASTER ? "boss" : role.name().toLowerCase(Locale.ROOT);
    }

    private static String arguments(Procedure procedure) {
        return switch (procedure) {
            case RDS_BACKUP_DATABASE, RDS_BACKUP_LOG ->
                "source_db_name='shop', s3_arn_to_backup_to='arn:aws:s3:::bucket/f.bak'";
            case RDS_RESTORE_DATABASE, RDS_RESTORE_LOG ->
                "restore_db_name='copy', s3_arn_to_restore_from='arn:aws:s3:::bucket/f.bak'";
            case RDS_FINISH_RESTORE -> "db_name='copy'";
            case RDS_DROP_DATABASE -> "db_name='shop'";
            case RDS_CANCEL_TASK -> "task_id=1";
            case RDS_SET_CONFIGURATION -> "name='S3 backup compression', value='true'";
            case RDS_TASK_STATUS, RDS_SHOW_CONFIGURATION -> "";
        };
    }

    static Stream<Arguments> callsAndRoles() {
        return Arrays.stream(ApiCall.values())
                .flatMap(call -> Arrays.stream(Role.values()).map(role -> Arguments.of(call, role)));
    }

    static Stream<Arguments> proceduresAndRoles() {
        return Arrays.stream(Procedure.values())
                .flatMap(procedure -> Arrays.stream(Role.values()).map(role -> Arguments.of(procedure, role)));
    }

    private static void givenAShopWithATask() {
        ServerConnection connection = new ServerConnection(
                "127.0.0.1", 5433, "postgres", "hunter2", "shop", "jdbc:postgresql://127.0.0.1:5433/shop");
        DatabaseName shop = new DatabaseName("shop");
        API.cluster()
                .databases
                .put(
                        shop.folded(),
                        new DatabaseInfo(
                                shop,
                                DatabaseState.ONLINE,
                                RecoveryModel.FULL,
                                Optional.of(connection),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new KeptDatabase(Instant.EPOCH, "a-fork"))));
        API.cluster().put(Tasks.backup(1));
        API.cluster().takeSnapshot(new InstanceName("main"), shop, Optional.empty());
        // A stream of events ends when its task does.
        API.cluster().onPoll(detail -> Tasks.at(detail, 100, Lifecycle.SUCCESS, ""));
    }

    private static HttpRequest.Builder request(ApiCall call) {
        String path = "/api/v1/"
                + call.path()
                        .replace("{name}", "rds_task_status")
                        .replace("{instance}", "main")
                        .replace("{database}", "shop")
                        .replace("{snapshot}", "00000000-0000-0000-0000-000000000001")
                        .replace("{task}", "1");
        boolean text = call == ApiCall.SQL;
        String json = switch (call) {
            case TAKE_SNAPSHOT -> "{\"database\": \"shop\"}";
            case RESTORE_SNAPSHOT -> "{\"target_instance\": \"main\"}";
            default -> "{}";
        };
        HttpRequest.Builder request = API.bare(path);
        return call.method().value().equals("GET")
                ? request.GET()
                : request.header("Content-Type", text ? "text/plain" : "application/json")
                        .method(
                                call.method().value(),
                                HttpRequest.BodyPublishers.ofString(text ? "exec rds_task_status" : json));
    }

    private static ServedApi.Answer send(ApiCall call, String authorization) {
        return API.send(request(call).header("Authorization", authorization));
    }

    private static void assertRefused(ServedApi.Answer answer, int status, BackupError error) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(error.code());
        assertThat(answer.text("hint")).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource
    void noCallIsMadeWithoutAToken(ApiCall call) {
        givenAShopWithATask();

        assertRefused(API.send(request(call)), 401, BackupError.TOKEN_MISSING);
    }

    @ParameterizedTest
    @EnumSource
    void noCallIsMadeWithAWrongToken(ApiCall call) {
        givenAShopWithATask();

        for (String wrong : List.of("Bearer wrong", "Basic cmVhZGVyOng=", "Bearer bk_boss_0123456789abcdefwrong")) {
            ServedApi.Answer answer = send(call, wrong);

            assertRefused(answer, 401, BackupError.TOKEN_MISSING);
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noCallIsMadeWithATokenThatHasExpired(ApiCall call) {
        givenAShopWithATask();
        API.now(DeclaredLogins.NOON);

        ServedApi.Answer answer = send(call, "Bearer " + DeclaredLogins.token("expired"));

        assertRefused(answer, 401, BackupError.TOKEN_EXPIRED);
        assertThat(answer.text("detail")).contains("expired", "2026-03-01T12:00:00Z");
    }

    @ParameterizedTest
    @MethodSource("callsAndRoles")
    void aCallIsMadeByItsLeastRoleAndHigherOnes(ApiCall call, Role role) {
        givenAShopWithATask();

        ServedApi.Answer answer = send(call, "Bearer " + DeclaredLogins.token(login(role)));

        if (role.covers(call.leastRole())) {
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        } else {
            assertRefused(answer, 403, BackupError.ROLE_TOO_LOW);
        }
    }

    @ParameterizedTest
    @MethodSource("proceduresAndRoles")
    void aProcedureIsCalledByItsLeastRoleAndHigherOnesHoweverTheCallIsWritten(Procedure procedure, Role role) {
        String token = DeclaredLogins.token(login(role));
        String json = "{"
                + Arrays.stream(arguments(procedure).split(", "))
                        .filter(argument -> !argument.isEmpty())
                        .map(argument ->
                                "\"" + argument.replaceFirst("=", "\":").replace('\'', '"'))
                        .collect(Collectors.joining(","))
                + "}";
        String sql = "exec " + procedure.wireName() + " "
                + Arrays.stream(arguments(procedure).split(", "))
                        .filter(argument -> !argument.isEmpty())
                        .map(argument -> "@" + argument)
                        .collect(Collectors.joining(", "));

        givenAShopWithATask();
        API.cluster().onPoll(detail -> detail);
        ServedApi.Answer asJson =
                API.postAs(token, "/api/v1/procedures/" + procedure.wireName(), "application/json", json);
        boolean touchedByJson = touched();
        API.cluster().reset();
        givenAShopWithATask();
        ServedApi.Answer asSql = API.postAs(token, "/api/v1/sql", "text/plain", sql);

        for (ServedApi.Answer answer : List.of(asJson, asSql)) {
            if (role.covers(ApiCall.leastRole(procedure))) {
                assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            } else {
                assertRefused(answer, 403, BackupError.ROLE_TOO_LOW);
                assertThat(answer.text("detail"))
                        .contains(login(role), procedure.wireName(), role.name().toLowerCase(Locale.ROOT));
                assertThat(touchedByJson || touched()).isFalse();
            }
        }
    }

    /** Whether anything was changed. */
    private static boolean touched() {
        return !API.cluster().submissions.isEmpty()
                || !API.cluster().cancellations.isEmpty()
                || !API.cluster().drops.isEmpty()
                || !API.cluster().configuration.isEmpty();
    }

    @Test
    void aTextStopsAtTheFirstStatementThatItsCallerMayNotMake() {
        ServedApi.Answer answer = API.postAs(
                DeclaredLogins.token("reader"),
                "/api/v1/sql",
                "text/plain",
                "exec rds_task_status; exec rds_drop_database 'shop'; exec rds_task_status");

        assertRefused(answer, 403, BackupError.ROLE_TOO_LOW);
        assertThat(answer.json().path("results")).hasSize(1);
        assertThat(API.cluster().drops).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void passwordsAreShownToMastersOnly(Role role) {
        givenAShopWithATask();

        for (String path : List.of("/api/v1/instances/main/databases", "/api/v1/instances/main/databases/shop")) {
            ServedApi.Answer answer = API.getAs(DeclaredLogins.token(login(role)), path);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.response().body()).contains("5433");
            assertThat(answer.response().body().contains("hunter2")).isEqualTo(role == Role.MASTER);
        }
    }

    @Test
    void theLoginIsHandedOnWithItsRole() {
        API.postAs(
                DeclaredLogins.token("operator"),
                "/api/v1/procedures/rds_finish_restore",
                "application/json",
                "{\"db_name\": \"copy\"}");

        assertThat(API.cluster().submissions.get(0).login()).isEqualTo(new Login("operator", Role.OPERATOR));
    }

    @Test
    void aLoginOfSomeInstancesSeesAndUsesThoseOnly() {
        API.cluster().declare("other");
        String token = DeclaredLogins.token("limited");
        givenAShopWithATask();

        assertThat(API.getAs(token, "/api/v1/instances").json().path("instances"))
                .extracting(one -> one.path("name").asText())
                .containsExactly("main");
        // Of those that it may use there is one, so that it need not be named.
        assertThat(API.getAs(token, "/api/v1/tasks").status()).isEqualTo(200);
        assertThat(API.getAs(token, "/api/v1/tasks?instance=main").status()).isEqualTo(200);
        for (String path : List.of(
                "/api/v1/instances/other",
                "/api/v1/instances/other/databases",
                "/api/v1/instances/other/databases/shop",
                "/api/v1/instances/other/databases/shop/backup-sets",
                "/api/v1/instances/other/databases/shop/readiness",
                "/api/v1/instances/other/snapshots",
                "/api/v1/tasks?instance=other",
                "/api/v1/tasks/1?instance=other",
                "/api/v1/tasks/1/progress?instance=other")) {
            assertRefused(API.getAs(token, path), 403, BackupError.INSTANCE_NOT_ALLOWED);
        }
        assertRefused(
                API.postAs(token, "/api/v1/procedures/rds_task_status?instance=other", "application/json", "{}"),
                403,
                BackupError.INSTANCE_NOT_ALLOWED);
        assertRefused(
                API.postAs(token, "/api/v1/instances/other/snapshots", "application/json", "{\"database\": \"shop\"}"),
                403,
                BackupError.INSTANCE_NOT_ALLOWED);
        assertRefused(
                API.postAs(token, "/api/v1/sql?instance=other", "text/plain", "exec rds_task_status"),
                403,
                BackupError.INSTANCE_NOT_ALLOWED);
        assertRefused(API.getAs(token, "/api/v1/instances/none"), 404, BackupError.INSTANCE_UNKNOWN);
    }

    @Test
    void tooManyWrongTokensMustWaitAndOthersNeedNot() {
        API.getAs(DeclaredLogins.token("reader"), "/api/v1/tasks");
        ServedApi.Answer answer = API.getAs("wrong", "/api/v1/tasks");
        for (int attempt = 0; attempt < ServedApi.WRONG_TOKENS && answer.status() == 401; attempt++) {
            answer = API.getAs("wrong" + attempt, "/api/v1/tasks");
        }

        assertRefused(answer, 429, BackupError.TOKENS_TOO_MANY);
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        assertThat(API.getAs(DeclaredLogins.token("reader"), "/api/v1/tasks").status())
                .isEqualTo(200);
        API.now(API.now().plusSeconds(3600));
        assertThat(API.getAs("wrong", "/api/v1/tasks").status()).isEqualTo(401);
    }

    @Test
    void anAddressThatAProxyNamesIsNotBelievedUnlessConfigured() {
        int refused = 0;
        for (int attempt = 0; attempt < ServedApi.WRONG_TOKENS + 10; attempt++) {
            ServedApi.Answer answer = API.send(API.bare("/api/v1/tasks")
                    .header("Authorization", "Bearer wrong" + attempt)
                    .header("X-Forwarded-For", "192.0.2." + attempt)
                    .GET());
            refused += answer.status() == 429 ? 1 : 0;
        }

        assertThat(refused).isPositive();
        API.now(API.now().plusSeconds(36_000));
    }
}
