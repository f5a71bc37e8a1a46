package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad calls against a real node: refused with status, code and hint, and no task, object or upload is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RefusalIT {
    private static final Map<String, Object> BACKUP = Map.of(
            "source_db_name", "shop", "s3_arn_to_backup_to", "arn:aws:s3:::" + RunningNode.BUCKET + "/refused*.bak");
    private static final Map<String, Object> RESTORE = Map.of(
            "restore_db_name",
            "refused",
            "s3_arn_to_restore_from",
            "arn:aws:s3:::" + RunningNode.BUCKET + "/refused*.bak");

    private RunningNode node;

    @BeforeAll
    void startNode(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(node.tasks()).isZero();
        assertThat(node.keys()).isEmpty();
        assertThat(node.uploads()).isEmpty();
        assertThat(node.get("/instances/sandbox/databases").body().findValuesAsText("name"))
                .containsExactly("shop");
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    static Stream<Arguments> badBackups() {
        String bucket = "arn:aws:s3:::" + RunningNode.BUCKET + "/";
        return Stream.of(
                badBackup("source_db_name", null, 400, "BAK-1001"),
                badBackup("source_db_name", "", 400, "BAK-1004"),
                badBackup("source_db_name", 7, 400, "BAK-1003"),
                badBackup("source_db_name", "nowhere", 404, "BAK-3002"),
                badBackup("s3_arn_to_backup_to", null, 400, "BAK-1001"),
                badBackup("s3_arn_to_backup_to", "", 400, "BAK-1004"),
                badBackup("s3_arn_to_backup_to", true, 400, "BAK-1003"),
                badBackup("s3_arn_to_backup_to", "shop.bak", 400, "BAK-1007"),
                badBackup("s3_arn_to_backup_to", "arn:aws:s3:us-east-1::b/k", 400, "BAK-1007"),
                badBackup("s3_arn_to_backup_to", "arn:aws:s3:::no-such-bucket/shop.bak", 404, "BAK-3004"),
                badBackup("number_of_files", 0, 400, "BAK-1005"),
                badBackup("number_of_files", 11, 400, "BAK-1005"),
                badBackup("number_of_files", 1.5, 400, "BAK-1003"),
                badBackup("number_of_files", "many", 400, "BAK-1003"),
                badBackup("overwrite_s3_backup_file", 2, 400, "BAK-1005"),
                badBackup("overwrite_s3_backup_file", "yes", 400, "BAK-1003"),
                badBackup("type", "DIFFERENTIAL", 409, "BAK-2146"),
                badBackup("type", "LOG", 400, "BAK-1005"),
                badBackup("kms_master_key_arn", "arn:aws:kms:us-east-1:123456789012:key/abc", 404, "BAK-5130"),
                badBackup("kms_master_key_arn", "alias/x", 400, "BAK-1008"),
                badBackup("number_of_stripes", 4, 400, "BAK-1002"),
                Arguments.of(
                        changed(BACKUP, Map.of("s3_arn_to_backup_to", bucket + "none.bak", "number_of_files", 2)),
                        400,
                        "BAK-1010",
                        "s3_arn_to_backup_to"),
                Arguments.of(
                        changed(BACKUP, Map.of("s3_arn_to_backup_to", bucket + "a*b*.bak", "number_of_files", 2)),
                        400,
                        "BAK-1010",
                        "s3_arn_to_backup_to"),
                Arguments.of(
                        changed(BACKUP, Map.of("s3_arn_to_backup_to", bucket + "f*/a*.bak", "number_of_files", 2)),
                        400,
                        "BAK-1010",
                        "s3_arn_to_backup_to"));
    }

    static Stream<Arguments> badRestores() {
        return Stream.of(
                badRestore("restore_db_name", null, 400, "BAK-1001"),
                badRestore("restore_db_name", "shop", 409, "BAK-2102"),
                badRestore("restore_db_name", "SHOP", 409, "BAK-2102"),
                badRestore("restore_db_name", "Shóp", 409, "BAK-2102"),
                badRestore("s3_arn_to_restore_from", null, 400, "BAK-1001"),
                badRestore("s3_arn_to_restore_from", "", 400, "BAK-1009"),
                badRestore("s3_arn_to_restore_from", "nonsense", 400, "BAK-1007"),
                badRestore(
                        "s3_arn_to_restore_from",
                        "arn:aws:s3:::" + RunningNode.BUCKET + "/absent.bak",
                        404,
                        "BAK-3005"),
                badRestore("s3_arn_to_restore_from", "arn:aws:s3:::no-such-bucket/x.bak", 404, "BAK-3004"),
                badRestore("with_norecovery", "no", 400, "BAK-1003"),
                badRestore("with_norecovery", 3, 400, "BAK-1005"),
                Arguments.of(with(RESTORE, "type", "DIFFERENTIAL"), 400, "BAK-1001", "with_norecovery"),
                badRestore("kms_master_key_arn", "arn:aws:kms:us-east-1:123456789012:key/abc", 404, "BAK-5130"),
                badRestore("stopat", "2026-01-01", 400, "BAK-1002"));
    }

    @ParameterizedTest
    @MethodSource("badBackups")
    void badBackupIsRefused(Map<String, Object> call, int status, String code, String parameter) {
        requireRefusal(node.procedure("rds_backup_database", call), status, code, parameter);
    }

    @ParameterizedTest
    @MethodSource("badRestores")
    void badRestoreIsRefused(Map<String, Object> call, int status, String code, String parameter) {
        requireRefusal(node.procedure("rds_restore_database", call), status, code, parameter);
    }

    static Stream<Arguments> stepsOutOfSequence() {
        String file = "arn:aws:s3:::" + RunningNode.BUCKET + "/absent.trn";
        Map<String, Object> absent = Map.of("restore_db_name", "nothing", "s3_arn_to_restore_from", file);
        Map<String, Object> online = Map.of("restore_db_name", "shop", "s3_arn_to_restore_from", file);
        Map<String, Object> differential = Map.of("type", "DIFFERENTIAL", "with_norecovery", 0);
        return Stream.of(
                Arguments.of("rds_restore_log", absent, 409, "BAK-2132", 3118),
                Arguments.of("rds_restore_log", online, 409, "BAK-2131", 3117),
                Arguments.of("rds_restore_database", changed(absent, differential), 409, "BAK-2132", 3118),
                Arguments.of("rds_restore_database", changed(online, differential), 409, "BAK-2131", 3117),
                Arguments.of("rds_finish_restore", Map.of("db_name", "nothing"), 404, "BAK-3002", 0),
                Arguments.of("rds_finish_restore", Map.of("db_name", "shop"), 409, "BAK-2144", 3153),
                Arguments.of("rds_drop_database", Map.of("db_name", "nothing"), 404, "BAK-3002", 0),
                Arguments.of("rds_drop_database", Map.of("db_name", "shop"), 409, "BAK-2111", 0),
                Arguments.of(
                        "rds_backup_log",
                        Map.of("source_db_name", "shop", "s3_arn_to_backup_to", file),
                        409,
                        "BAK-2148",
                        4214),
                Arguments.of(
                        "rds_backup_log",
                        Map.of("source_db_name", "nothing", "s3_arn_to_backup_to", file),
                        404,
                        "BAK-3002",
                        0));
    }

    @ParameterizedTest
    @MethodSource("stepsOutOfSequence")
    void stepOutOfSequenceIsRefusedWithTheNumberOfItsMessage(
            String procedure, Map<String, Object> call, int status, String code, int number) {
        Answer answer = node.procedure(procedure, call);

        requireRefusal(answer, status, code, "");
        assertThat(answer.body().path("message_number").asInt()).isEqualTo(number);
    }

    @Test
    void unknownInstanceAndProcedureAreRefused() {
        assertThat(node.get("/instances/nowhere").status()).isEqualTo(404);
        assertThat(node.get("/instances/nowhere").code()).isEqualTo("BAK-3001");
        assertThat(node.procedure("rds_backup_database?instance=nowhere", BACKUP)
                        .code())
                .isEqualTo("BAK-3001");
        assertThat(node.procedure("rds_make_coffee", BACKUP).code()).isEqualTo("BAK-3006");
    }

    @Test
    void sqlIsRefusedLikeJson() {
        Answer answer = node.sql("exec msdb.dbo.rds_backup_database @source_db_name='shop', @number_of_files=11,"
                + " @s3_arn_to_backup_to='arn:aws:s3:::" + RunningNode.BUCKET + "/x*.bak';");

        requireRefusal(answer, 400, "BAK-1005", "number_of_files");
        assertThat(node.sql("drop table orders").code()).isEqualTo("BAK-1013");
    }

    private static void requireRefusal(Answer answer, int status, String code, String parameter) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(code);
        assertThat(answer.body().path("hint").asText()).isNotBlank();
        assertThat(answer.body().path("detail").asText()).isNotBlank();
        if (status == 400) {
            assertThat(answer.body().path("parameter").asText()).isEqualTo(parameter);
        }
    }

    private static Arguments badBackup(String parameter, @Nullable Object value, int status, String code) {
        return Arguments.of(with(BACKUP, parameter, value), status, code, parameter);
    }

    private static Arguments badRestore(String parameter, @Nullable Object value, int status, String code) {
        return Arguments.of(with(RESTORE, parameter, value), status, code, parameter);
    }

    private static Map<String, Object> with(Map<String, Object> call, String parameter, @Nullable Object value) {
        Map<String, Object> changed = new HashMap<>(call);
        if (value == null) {
            changed.remove(parameter);
        } else {
            changed.put(parameter, value);
        }
        return changed;
    }

    private static Map<String, Object> changed(Map<String, Object> call, Map<String, Object> changes) {
        Map<String, Object> changed = new HashMap<>(call);
        changed.putAll(changes);
        return changed;
    }
}
