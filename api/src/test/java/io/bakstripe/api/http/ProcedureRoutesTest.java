package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.task.Lifecycle;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcedureRoutesTest {
    private static final String BACKUP =
            "{\"source_db_name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/shop.bak\"}";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void assertProblem(ServedApi.Answer answer, BackupError error, int status) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text("code")).isEqualTo(error.code());
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("hint")).isNotBlank();
    }

    @Test
    void submitsABackupWithItsDefaultsAndAnswersWithExactlyTheColumnsInTheirOrder() {
        ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        List<String> columns = new ArrayList<>();
        JsonNode row = answer.json().path("rows").get(0);
        row.fieldNames().forEachRemaining(columns::add);
        assertThat(columns)
                .containsExactly(
                        "task_id",
                        "task_type",
                        "database_name",
                        "% complete",
                        "duration (mins)",
                        "lifecycle",
                        "task_info",
                        "last_updated",
                        "created_at",
                        "S3_object_arn",
                        "overwrite_s3_backup_file",
                        "KMS_master_key_arn",
                        "filepath",
                        "overwrite_file");
        assertThat(row.path("task_id").isNumber()).isTrue();
        assertThat(row.path("% complete").isNumber()).isTrue();
        assertThat(row.path("duration (mins)").isNumber()).isTrue();
        assertThat(row.path("overwrite_s3_backup_file").isNumber()).isTrue();
        assertThat(row.path("created_at").asText()).isEqualTo("2026-03-01T10:00:00Z");
        assertThat(row.path("KMS_master_key_arn").isNull()).isTrue();
        assertThat(row.path("filepath").isNull()).isTrue();
        FakeCluster.Submission submission = API.cluster().submissions.get(0);
        assertThat(submission.request())
                .isEqualTo(new BackupRequest(
                        new DatabaseName("shop"), S3Arn.parse("arn:aws:s3:::bucket/shop.bak"), false, 1));
        assertThat(submission.login()).isEqualTo(Login.MASTER);
        assertThat(submission.instance().value()).isEqualTo("main");
        assertThat(submission.key()).isEmpty();
    }

    @Test
    void takesStringsOfDigitsBooleansNullsAndNamesInAnyCase() {
        ServedApi.Answer answer = API.call(
                "RDS_Backup_Database",
                "{\"Source_DB_Name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/*.bak\","
                        + "\"number_of_files\": \"4\", \"overwrite_s3_backup_file\": true, \"type\": \"full\","
                        + "\"kms_master_key_arn\": null}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(API.cluster().submissions.get(0).request())
                .isEqualTo(
                        new BackupRequest(new DatabaseName("shop"), S3Arn.parse("arn:aws:s3:::bucket/*.bak"), true, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Größe", "数据库", "😀 shop", "it's", "a/b?c#d%20", "\"quoted\""})
    void keepsUnicodeNames(String name) {
        String json = "\"" + name.replace("\"", "\\\"") + "\"";

        API.call(
                "rds_restore_database",
                "{\"restore_db_name\": " + json + ", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/ключ*\"}");

        assertThat(API.cluster().submissions.get(0).request())
                .isEqualTo(new RestoreRequest(new DatabaseName(name), S3Arn.parse("arn:aws:s3:::bucket/ключ*")));
    }

    @Test
    void answersTaskStatusWithAllTasksUnlessNarrowed() {
        for (int id = 1; id <= 150; id++) {
            API.cluster().put(Tasks.backup(id));
        }

        assertThat(API.call("rds_task_status", "").json().path("rows")).hasSize(150);
        assertThat(API.call("rds_task_status", "{}").json().path("rows")).hasSize(150);
        JsonNode limited =
                API.call("rds_task_status", "{\"max_rows\": 2}").json().path("rows");
        assertThat(limited).extracting(row -> row.path("task_id").asLong()).containsExactly(149L, 150L);
        assertThat(API.call("rds_task_status", "{\"max_rows\": 2, \"after_task_id\": 149}")
                        .json()
                        .path("rows"))
                .extracting(row -> row.path("task_id").asLong())
                .containsExactly(147L, 148L);
        JsonNode one = API.call("rds_task_status", "{\"task_id\": 7, \"db_name\": \"SHOP\"}")
                .json()
                .path("rows");
        assertThat(one).extracting(row -> row.path("task_id").asLong()).containsExactly(7L);
        assertThat(API.call("rds_task_status", "{\"task_id\": 7, \"db_name\": \"other\"}")
                        .json()
                        .path("rows"))
                .isEmpty();
    }

    @Test
    void setsAndShowsConfigurations() {
        JsonNode set = API.call("rds_set_configuration", "{\"name\": \"S3 backup compression\", \"value\": \"true\"}")
                .json();
        JsonNode shown = API.call("rds_show_configuration", "{\"name\": \"S3 backup compression\"}")
                .json();

        assertThat(set).isEqualTo(shown);
        assertThat(shown.path("rows").get(0).path("value").asText()).isEqualTo("true");
        assertThat(API.call("rds_show_configuration", "{}").json().path("rows")).hasSize(1);
    }

    @Nested
    class TheIdempotencyKey {
        private Optional<String> hashOf(String path, String body) {
            API.send(API.request(path)
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", "key-1")
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
            List<FakeCluster.Submission> submissions = API.cluster().submissions;
            assertThat(submissions
                            .get(submissions.size() - 1)
                            .key()
                            .orElseThrow()
                            .key())
                    .isEqualTo("key-1");
            return submissions.get(submissions.size() - 1).key().map(key -> key.bodyHash());
        }

        @Test
        void isPassedOnWithAHashOfTheCallWhateverItsSpelling() {
            String path = "/api/v1/procedures/rds_backup_database";
            String other =
                    "{ \"S3_ARN_TO_BACKUP_TO\":\"arn:aws:s3:::bucket/shop.bak\",\"type\":null,\"source_db_name\":\"shop\"}";

            assertThat(hashOf(path, BACKUP).orElseThrow()).hasSize(64);
            assertThat(hashOf(path, BACKUP)).isEqualTo(hashOf(path + "?instance=main", other));
        }

        @Test
        void hasAnotherHashForAnotherCallOrInstance() {
            API.cluster().declare("second");
            String path = "/api/v1/procedures/rds_backup_database?instance=main";

            assertThat(hashOf(path, BACKUP))
                    .isNotEqualTo(hashOf(path, BACKUP.replace("shop.bak", "shop2.bak")))
                    .isNotEqualTo(hashOf(path.replace("main", "second"), BACKUP));
        }

        @Test
        void isTheSameCallAsSqlText() {
            Optional<String> json = hashOf("/api/v1/procedures/rds_backup_database", BACKUP);
            API.send(API.request("/api/v1/sql")
                    .header("Content-Type", "text/plain")
                    .header("Idempotency-Key", "key-1")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "exec rds_backup_database 'shop', 'arn:aws:s3:::bucket/shop.bak'")));

            assertThat(API.cluster().submissions.get(1).key())
                    .isEqualTo(API.cluster().submissions.get(0).key());
            assertThat(json).isPresent();
        }

        @Test
        void isRefusedWhenMalformed() {
            ServedApi.Answer answer = API.send(API.request("/api/v1/procedures/rds_backup_database")
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", "k".repeat(201))
                    .POST(HttpRequest.BodyPublishers.ofString(BACKUP)));

            assertProblem(answer, BackupError.HEADER_MALFORMED, 400);
            assertThat(API.cluster().submissions).isEmpty();
        }
    }

    @Nested
    class TheInstance {
        @Test
        void mayBeLeftOutOnlyWhileThereIsOne() {
            API.cluster().declare("second");

            ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

            assertProblem(answer, BackupError.INSTANCE_AMBIGUOUS, 400);
            assertThat(answer.text("hint")).contains("main, second");
            assertThat(answer.text("parameter")).isEqualTo("instance");
            assertThat(API.call("rds_backup_database?instance=second", BACKUP).status())
                    .isEqualTo(200);
            assertThat(API.cluster().submissions.get(0).instance().value()).isEqualTo("second");
        }

        @ParameterizedTest
        @ValueSource(strings = {"other", "MAIN", "a%20b", "%7C", ""})
        void isRefusedWhenUnknown(String name) {
            ServedApi.Answer answer = API.call("rds_backup_database?instance=" + name, BACKUP);

            assertProblem(answer, BackupError.INSTANCE_UNKNOWN, 404);
            assertThat(API.cluster().submissions).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"text\"",
                "5",
                "null",
                "{",
                "{\"db_name\": }",
                "{\"db_name\": \"a\"} {}",
                "{'db_name': 'a'}",
                "{\"task_id\": 05}",
                "{\"task_id\": NaN}",
                "not json"
            })
    void refusesABodyThatIsNoJsonObject(String body) {
        assertProblem(API.call("rds_task_status", body), BackupError.BODY_MALFORMED, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"task_id\": 1, \"task_id\": 1}",
                "{\"task_id\": 1, \"TASK_ID\": 2}",
                "{\"task_id\":null,\"task_id\":1}"
            })
    void refusesDuplicateKeys(String body) {
        ServedApi.Answer answer = API.call("rds_task_status", body);

        assertProblem(answer, BackupError.PARAMETER_TWICE, 400);
        assertThat(answer.text("parameter")).isEqualToIgnoringCase("task_id");
    }

    @Test
    void refusesABodyThatIsNotUtf8() {
        ServedApi.Answer answer = API.send(API.request("/api/v1/procedures/rds_task_status")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {'{', '"', (byte) 0xff, '"', '}'})));

        assertProblem(answer, BackupError.BODY_MALFORMED, 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "text/plain", "application/octet-stream"})
    void refusesOtherMediaTypes(String type) {
        ServedApi.Answer answer = API.post("/api/v1/procedures/rds_backup_database", type, BACKUP);

        assertProblem(answer, BackupError.MEDIA_TYPE, 415);
        assertThat(API.cluster().submissions).isEmpty();
    }

    @Test
    void refusesABodyThatIsTooLargeWithAndWithoutItsLengthAnnounced() {
        String large = "{\"db_name\": \"" + "x".repeat(20_000) + "\"}";
        HttpRequest.BodyPublisher chunked =
                HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(large));

        assertProblem(API.call("rds_task_status", large), BackupError.BODY_TOO_LARGE, 413);
        assertProblem(
                API.send(API.request("/api/v1/procedures/rds_task_status")
                        .header("Content-Type", "application/json")
                        .POST(chunked)),
                BackupError.BODY_TOO_LARGE,
                413);
    }

    @Test
    void namesTheProceduresWhenItDoesNotKnowOne() {
        ServedApi.Answer answer = API.call("rds_unheard_of", "{}");

        assertProblem(answer, BackupError.PROCEDURE_UNKNOWN, 404);
        assertThat(answer.text("hint")).contains("rds_backup_database").contains("rds_task_status");
    }

    @ParameterizedTest
    @CsvSource({
        "FILE_EXISTS, 409",
        "S3_ARN_EMPTY, 400",
        "ACCESS_DENIED, 403",
        "BUCKET_UNKNOWN, 404",
        "IDEMPOTENCY_KEY_REUSED, 422",
        "STORE_UNREACHABLE, 502",
        "HOST_UNAVAILABLE, 503"
    })
    void answersARefusalWithTheStatusOfItsCategory(BackupError error, int status) {
        API.cluster().failWith(error.problem("a", "b", "c").asException());

        ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

        assertProblem(answer, error, status);
        assertThat(answer.header("Retry-After").isEmpty()).isEqualTo(status != 503);
    }

    @Test
    void answersATimeOutOfTheClusterWith503() {
        API.cluster().failWith(new RuntimeException(new TimeoutException("ask")));

        ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

        assertProblem(answer, BackupError.CLUSTER_TIMEOUT, 503);
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void answersWith503WhenNothingAnswersAtAll() {
        API.cluster().fallSilent();

        ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

        assertProblem(answer, BackupError.CLUSTER_TIMEOUT, 503);
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void hidesTheInsideOfADefect() {
        API.cluster().failWith(new IllegalStateException("password=hunter2"));

        ServedApi.Answer answer = API.call("rds_backup_database", BACKUP);

        assertProblem(answer, BackupError.INTERNAL, 500);
        assertThat(answer.response().body()).doesNotContain("hunter2").doesNotContain("IllegalState");
    }

    @Test
    void hidesTheInsideOfADefectThatThePortHasWrappedAlready() {
        API.cluster().failWith(BackupError.INTERNAL.problem("password=hunter2").asException());

        assertThat(API.call("rds_backup_database", BACKUP).response().body()).doesNotContain("hunter2");
    }

    @Test
    void showsTheLifecycleAndInfoOfTheRowAsTheyAre() {
        API.cluster().put(Tasks.at(Tasks.backup(3), 45, Lifecycle.ERROR, "[2026-03-01 10:00:00.000] Access Denied"));

        JsonNode row = API.call("rds_task_status", "{\"task_id\": 3}")
                .json()
                .path("rows")
                .get(0);

        assertThat(row.path("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(row.path("% complete").asInt()).isEqualTo(45);
        assertThat(row.path("task_info").asText()).endsWith("Access Denied");
        assertThat(API.cluster().filters.get(0).task()).contains(new TaskId(3));
    }
}
