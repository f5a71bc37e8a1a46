package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The calls that make and restore chains of backups, as JSON and as T-SQL text. */
class ChainCallsTest {
    private static final DatabaseName COPY = new DatabaseName("copy");
    private static final S3Arn LOG = S3Arn.parse("arn:aws:s3:::bucket/1.trn");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    static Stream<Arguments> submissions() {
        return Stream.of(
                arguments(
                        "rds_backup_log",
                        "{\"source_db_name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/1.trn\"}",
                        "@source_db_name='shop', @s3_arn_to_backup_to='arn:aws:s3:::bucket/1.trn'",
                        new BackupRequest(new DatabaseName("shop"), BackupType.LOG, LOG, false, 1, false),
                        "BACKUP_DB_LOG"),
                arguments(
                        "rds_backup_database",
                        "{\"source_db_name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/1.trn\","
                                + "\"type\": \"DIFFERENTIAL\"}",
                        "'shop', 'arn:aws:s3:::bucket/1.trn', @type='Differential'",
                        new BackupRequest(new DatabaseName("shop"), BackupType.DIFFERENTIAL, LOG, false, 1, false),
                        "BACKUP_DB_DIFFERENTIAL"),
                arguments(
                        "rds_restore_database",
                        "{\"restore_db_name\": \"copy\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/1.trn\","
                                + "\"type\": \"DIFFERENTIAL\", \"with_norecovery\": 1}",
                        "@restore_db_name='copy', @s3_arn_to_restore_from='arn:aws:s3:::bucket/1.trn',"
                                + " @type='DIFFERENTIAL', @with_norecovery=1",
                        new RestoreRequest(COPY, BackupType.DIFFERENTIAL, LOG, Recovery.NORECOVERY, Optional.empty()),
                        "RESTORE_DB_DIFFERENTIAL_NORECOVERY"),
                arguments(
                        "rds_restore_log",
                        "{\"restore_db_name\": \"copy\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/1.trn\","
                                + "\"stopat\": \"2019-12-01 03:57:09\", \"with_norecovery\": 0}",
                        "@restore_db_name='copy', @s3_arn_to_restore_from='arn:aws:s3:::bucket/1.trn',"
                                + " @with_norecovery=0, @stopat='2019-12-01 03:57:09'",
                        new RestoreRequest(
                                COPY,
                                BackupType.LOG,
                                LOG,
                                Recovery.RECOVERY,
                                Optional.of(new StopAt("2019-12-01 03:57:09"))),
                        "RESTORE_DB_LOG"),
                arguments(
                        "rds_finish_restore",
                        "{\"db_name\": \"copy\"}",
                        "@db_name='copy'",
                        new FinishRequest(COPY),
                        "FINISH_RESTORE"));
    }

    @ParameterizedTest
    @MethodSource("submissions")
    void areSubmittedAndAreTheSameCallsAsSqlText(
            String procedure, String json, String sql, TaskRequest request, String taskType) {
        ServedApi.Answer answer = API.send(API.request("/api/v1/procedures/" + procedure)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "key-1")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
        API.send(API.request("/api/v1/sql")
                .header("Content-Type", "text/plain")
                .header("Idempotency-Key", "key-1")
                .POST(HttpRequest.BodyPublishers.ofString("exec msdb.dbo." + procedure + " " + sql + ";")));

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/rows/0/task_type").asText()).isEqualTo(taskType);
        assertThat(API.cluster().submissions)
                .extracting(FakeCluster.Submission::request)
                .containsExactly(request, request);
        assertThat(API.cluster().submissions.get(0).key().map(RequestKey::key)).contains("key-1");
    }

    @Test
    void aTaskWithoutAFileHasANullArn() {
        JsonNode row =
                API.call("rds_finish_restore", "{\"db_name\": \"copy\"}").json().at("/rows/0");

        assertThat(row.has("S3_object_arn")).isTrue();
        assertThat(row.path("S3_object_arn").isNull()).isTrue();
        assertThat(row.path("overwrite_s3_backup_file").isNull()).isTrue();
        assertThat(API.get("/api/v1/tasks/1").json().path("stripes")).isEmpty();
    }

    @Test
    void dropsADatabaseAndAnswersWithItsName() {
        API.cluster().databases.put("copy", BackupSets.online("Copy"));

        ServedApi.Answer answer = API.call("rds_drop_database", "{\"db_name\": \"COPY\"}");
        ServedApi.Answer again = API.sql("exec msdb.dbo.rds_drop_database @db_name='copy';");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).hasToString("{\"rows\":[{\"database_name\":\"Copy\"}]}");
        assertThat(again.status()).isEqualTo(404);
        assertThat(API.cluster().drops.get(0))
                .isEqualTo(new FakeCluster.Drop(new InstanceName("main"), new DatabaseName("COPY"), Login.MASTER));
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_READY_TO_ROLL_FORWARD, 409, 3117",
        "RESTORE_NEEDS_FULL, 409, 3118",
        "WRONG_SET_KIND, 409, 3135",
        "LOG_TOO_RECENT, 409, 4305",
        "STOPAT_TOO_EARLY, 409, 4338",
        "FILE_TRUNCATED, 409, 3256",
    })
    void refusalsCarryTheNumberOfSqlServersMessage(BackupError error, int status, int number) {
        API.cluster().failWith(error.problem("a", "b", "c").asException());

        ServedApi.Answer answer = API.call(
                "rds_restore_log",
                "{\"restore_db_name\": \"copy\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/1.trn\"}");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("message_number").isNumber()).isTrue();
        assertThat(answer.json().path("message_number").asInt()).isEqualTo(number);
        assertThat(answer.text("code")).isEqualTo(error.code());
        assertThat(answer.text("detail")).isEqualTo(error.problem("a", "b", "c").detail());
    }

    @Test
    void refusalsOfOurOwnCarryNoNumber() {
        API.cluster()
                .failWith(BackupError.LOG_CHAIN_BROKEN
                        .problem("shop", "the slot is lost")
                        .asException());

        ServedApi.Answer answer = API.call(
                "rds_backup_log",
                "{\"source_db_name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/1.trn\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().has("message_number")).isFalse();
        assertThat(answer.text("hint")).contains("Take a full backup");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rds_restore_log | {\"restore_db_name\": \"c\"} | BAK-1001 | s3_arn_to_restore_from",
                "rds_restore_log | {\"restore_db_name\": \"c\", \"s3_arn_to_restore_from\": \"\"} | BAK-1009 | s3_arn_to_restore_from",
                "rds_restore_log | {\"restore_db_name\": \"c\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/k\", \"stopat\": \"now\"} | BAK-1024 | stopat",
                "rds_restore_log | {\"restore_db_name\": \"c\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/k\", \"with_standby\": 1, \"with_norecovery\": 0} | BAK-1026 | with_standby",
                "rds_restore_database | {\"restore_db_name\": \"c\", \"s3_arn_to_restore_from\": \"arn:aws:s3:::bucket/k\", \"type\": \"DIFFERENTIAL\"} | BAK-1001 | with_norecovery",
                "rds_finish_restore | {} | BAK-1001 | db_name",
                "rds_drop_database | {\"db_name\": 5} | BAK-1003 | db_name",
                "rds_backup_log | {\"source_db_name\": \"s\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/k\", \"number_of_files\": 2} | BAK-1002 | number_of_files",
            })
    void malformedCallsAreRefusedBeforeAnyoneIsAsked(String procedure, String body, String code, String parameter) {
        ServedApi.Answer answer = API.call(procedure, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("parameter")).isEqualTo(parameter);
        assertThat(API.cluster().submissions).isEmpty();
        assertThat(API.cluster().drops).isEmpty();
    }
}
