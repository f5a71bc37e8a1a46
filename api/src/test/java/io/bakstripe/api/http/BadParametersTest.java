package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.api.testing.ServedApi;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every parameter wrong in turn: refused with status, code, hint and parameter, and the cluster is never asked. */
class BadParametersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BACKUP = """
            {"source_db_name": "shop", "s3_arn_to_backup_to": "arn:aws:s3:::bucket/shop*.bak", "number_of_files": 4}""";
    private static final String RESTORE = """
            {"restore_db_name": "copy", "s3_arn_to_restore_from": "arn:aws:s3:::bucket/shop*"}""";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    static Stream<Arguments> wrongBackups() {
        return Stream.of(
                arguments("source_db_name", "absent", "BAK-1001"),
                arguments("source_db_name", "null", "BAK-1001"),
                arguments("source_db_name", "\"\"", "BAK-1004"),
                arguments("source_db_name", "\"  \"", "BAK-1004"),
                arguments("source_db_name", "7", "BAK-1003"),
                arguments("source_db_name", "true", "BAK-1003"),
                arguments("source_db_name", "[\"shop\"]", "BAK-1003"),
                arguments("source_db_name", "{\"name\": \"shop\"}", "BAK-1003"),
                arguments("source_db_name", "\" shop\"", "BAK-1011"),
                arguments("source_db_name", "\"a\\u0000b\"", "BAK-1011"),
                arguments("source_db_name", "\"\\ud800\"", "BAK-1011"),
                arguments("source_db_name", "\"" + "x".repeat(129) + "\"", "BAK-1011"),
                arguments("s3_arn_to_backup_to", "absent", "BAK-1001"),
                arguments("s3_arn_to_backup_to", "\"\"", "BAK-1004"),
                arguments("s3_arn_to_backup_to", "5", "BAK-1003"),
                arguments("s3_arn_to_backup_to", "\"s3://bucket/shop*.bak\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:us-east-1:1:bucket/shop*.bak\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket/\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::Bucket/shop*.bak\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::b*t/shop.bak\"", "BAK-1007"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket/shop.bak\"", "BAK-1010"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket/*shop*.bak\"", "BAK-1010"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket/a*/shop.bak\"", "BAK-1010"),
                arguments("s3_arn_to_backup_to", "\"arn:aws:s3:::bucket/a*/shop*.bak\"", "BAK-1010"),
                arguments("kms_master_key_arn", "\"arn:aws:kms:us-east-1:1:key/x\"", "BAK-1008"),
                arguments("kms_master_key_arn", "\"\"", "BAK-1004"),
                arguments("overwrite_s3_backup_file", "2", "BAK-1005"),
                arguments("overwrite_s3_backup_file", "-1", "BAK-1005"),
                arguments("overwrite_s3_backup_file", "\"yes\"", "BAK-1003"),
                arguments("overwrite_s3_backup_file", "0.5", "BAK-1003"),
                arguments("type", "\"LOG\"", "BAK-1005"),
                arguments("type", "1", "BAK-1003"),
                arguments("number_of_files", "0", "BAK-1005"),
                arguments("number_of_files", "11", "BAK-1005"),
                arguments("number_of_files", "-1", "BAK-1005"),
                arguments("number_of_files", "1.5", "BAK-1003"),
                arguments("number_of_files", "1e400", "BAK-1003"),
                arguments("number_of_files", "99999999999999999999999", "BAK-1003"),
                arguments("number_of_files", "\"four\"", "BAK-1003"),
                arguments("number_of_files", "true", "BAK-1003"),
                arguments("files", "4", "BAK-1002"),
                arguments("@number_of_files", "4", "BAK-1002"));
    }

    static Stream<Arguments> wrongRestores() {
        return Stream.of(
                arguments("restore_db_name", "absent", "BAK-1001"),
                arguments("restore_db_name", "\"\"", "BAK-1004"),
                arguments("restore_db_name", "1", "BAK-1003"),
                arguments("restore_db_name", "\"a\\nb\"", "BAK-1011"),
                arguments("s3_arn_to_restore_from", "absent", "BAK-1001"),
                arguments("s3_arn_to_restore_from", "\"\"", "BAK-1009"),
                arguments("s3_arn_to_restore_from", "\" \"", "BAK-1009"),
                arguments("s3_arn_to_restore_from", "5", "BAK-1003"),
                arguments("s3_arn_to_restore_from", "\"bucket/shop*\"", "BAK-1007"),
                arguments("with_norecovery", "2", "BAK-1005"),
                arguments("with_norecovery", "\"no\"", "BAK-1003"),
                arguments("kms_master_key_arn", "\"alias/key\"", "BAK-1008"),
                arguments("type", "\"\"", "BAK-1004"),
                arguments("number_of_files", "4", "BAK-1002"),
                arguments("source_db_name", "\"shop\"", "BAK-1002"));
    }

    @ParameterizedTest
    @MethodSource("wrongBackups")
    void refusesBackup(String parameter, String value, String code) throws Exception {
        assertRefused("rds_backup_database", BACKUP, parameter, value, code);
    }

    @ParameterizedTest
    @MethodSource("wrongRestores")
    void refusesRestore(String parameter, String value, String code) throws Exception {
        assertRefused("rds_restore_database", RESTORE, parameter, value, code);
    }

    static Stream<Arguments> wrongCancellations() {
        return Stream.of(
                arguments("task_id", "absent", "BAK-1001"),
                arguments("task_id", "null", "BAK-1001"),
                arguments("task_id", "\"\"", "BAK-1003"),
                arguments("task_id", "\"five\"", "BAK-1003"),
                arguments("task_id", "\"5.0\"", "BAK-1003"),
                arguments("task_id", "true", "BAK-1003"),
                arguments("task_id", "[5]", "BAK-1003"),
                arguments("task_id", "5.5", "BAK-1003"),
                arguments("task_id", "99999999999999999999999", "BAK-1003"),
                arguments("task_id", "-5", "BAK-1005"),
                arguments("task_id", "0", "BAK-1005"),
                arguments("task_id", "\"-1\"", "BAK-1005"),
                arguments("task", "5", "BAK-1002"),
                arguments("db_name", "\"shop\"", "BAK-1002"));
    }

    @ParameterizedTest
    @MethodSource("wrongCancellations")
    void refusesCancellation(String parameter, String value, String code) throws Exception {
        assertRefused("rds_cancel_task", "{\"task_id\": 5}", parameter, value, code);
        assertThat(API.cluster().cancellations).isEmpty();
    }

    private static void assertRefused(String procedure, String valid, String parameter, String value, String code)
            throws Exception {
        ObjectNode body = (ObjectNode) JSON.readTree(valid);
        String text;
        if (value.equals("absent")) {
            body.remove(parameter);
            text = body.toString();
        } else {
            body.remove(parameter);
            // Joined as text: Jackson would not write every number as it is meant here.
            String others = body.isEmpty() ? "{" : body.toString().replaceFirst("\\}$", "") + ",";
            text = others + "\"" + parameter + "\":" + value + "}";
        }

        ServedApi.Answer answer = API.call(procedure, text);

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("parameter")).isEqualTo(parameter);
        assertThat(answer.json().path("status").asInt()).isEqualTo(400);
        assertThat(answer.text("type")).isEqualTo("urn:bakstripe:error:" + code);
        assertThat(answer.text("title")).isNotBlank();
        assertThat(answer.text("detail")).isNotBlank();
        assertThat(answer.text("hint")).endsWith(".");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @Test
    void givesTheReferencesTextForAnEmptyRestoreArn() {
        ServedApi.Answer answer =
                API.call("rds_restore_database", "{\"restore_db_name\": \"a\", \"s3_arn_to_restore_from\": \"\"}");

        assertThat(answer.text("detail")).isEqualTo("S3 ARN prefix cannot be empty");
    }

    @Test
    void acceptsTheValidCallsThatTheWrongOnesAreMadeFrom() {
        assertThat(API.call("rds_backup_database", BACKUP).status()).isEqualTo(200);
        assertThat(API.call("rds_restore_database", RESTORE).status()).isEqualTo(200);
        assertThat(API.cluster().submissions).hasSize(2);
    }
}
