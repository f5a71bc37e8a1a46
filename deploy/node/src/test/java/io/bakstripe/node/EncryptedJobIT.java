package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.demo.ShopWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Backups that are encrypted in Encryption-Only mode, and their restores, through real processes and a key service that speaks the protocol (rows L15, B2, R4, G1). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EncryptedJobIT {
    private static final String KEY = "kms_master_key_arn";

    private RunningNode node;

    @BeforeAll
    void startNode(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private String key(String name) {
        return node.kms().required(name).asText();
    }

    private static Map<String, Object> backup(String file, Map<String, Object> more) {
        Map<String, Object> call = new HashMap<>(Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(file)));
        call.putAll(more);
        return call;
    }

    private static Map<String, Object> restore(String name, String file, Map<String, Object> more) {
        Map<String, Object> call = new HashMap<>(Map.of("restore_db_name", name, "s3_arn_to_restore_from", arn(file)));
        call.putAll(more);
        return call;
    }

    @Test
    void aWholeSequenceOfEncryptedSetsRestoresTheSameRows() throws Exception {
        Map<String, Object> named = Map.of(KEY, key("keyArn"));
        try (ShopWriter writer = ShopWriter.start(node.shop())) {
            JsonNode row = node.awaitSuccess(node.submit(
                    "rds_backup_database", backup("e-full*.bak", Map.of(KEY, key("keyArn"), "number_of_files", 3))));
            assertThat(row.required("KMS_master_key_arn").asText()).isEqualTo(key("keyArn"));
            node.awaitSuccess(node.submit(
                    "rds_backup_database",
                    backup("e-differential.bak", Map.of(KEY, key("keyArn"), "type", "DIFFERENTIAL"))));
        }
        node.awaitSuccess(node.submit("rds_backup_log", backup("e-log.bak", named)));

        node.awaitSuccess(node.submit(
                "rds_restore_database",
                restore("opened", "e-full*.bak", Map.of(KEY, key("keyArn"), "with_norecovery", 1))));
        node.awaitSuccess(node.submit(
                "rds_restore_database",
                restore(
                        "opened",
                        "e-differential.bak",
                        Map.of(KEY, key("keyArn"), "type", "DIFFERENTIAL", "with_norecovery", 1))));
        node.awaitSuccess(node.submit(
                "rds_restore_log", restore("opened", "e-log.bak", Map.of(KEY, key("keyArn"), "with_norecovery", 0))));

        assertThat(RowComparison.requireEqualTables(node.shop(), node.database("opened"))
                        .rows())
                .isGreaterThan(10_000);
        JsonNode newest = node.get("/instances/sandbox/databases/shop/backup-sets")
                .body()
                .required("backupSets")
                .get(0);
        JsonNode encryption = newest.required("encryption");
        assertThat(encryption.required("mode").asText()).isEqualTo("encryption-only");
        assertThat(encryption.required("keys")).extracting(JsonNode::asText).containsExactly(key("keyArn"));
        byte[] stored = node.object("e-full1-of-3.bak");
        assertThat(new String(stored, 0, 8, StandardCharsets.US_ASCII)).isNotEqualTo("BAKSTRIP");
    }

    Stream<Arguments> keysThatEncryptNothing() {
        return Stream.of(
                Arguments.of("asymmetricKeyArn", "BAK-2176"),
                Arguments.of("awsManagedKeyArn", "BAK-2177"),
                Arguments.of("disabledKeyArn", "BAK-2178"),
                Arguments.of("pendingDeletionKeyArn", "BAK-2179"),
                Arguments.of("otherRegionKeyArn", "BAK-1130"));
    }

    @ParameterizedTest
    @MethodSource("keysThatEncryptNothing")
    void aKeyThatEncryptsNothingIsRefusedBeforeThereIsATask(String name, String code) {
        long tasks = node.tasks();

        Answer answer = node.procedure("rds_backup_database", backup("never.bak", Map.of(KEY, key(name))));

        assertThat(answer.code()).isEqualTo(code);
        assertThat(node.tasks()).isEqualTo(tasks);
        assertThat(node.keys()).doesNotContain("never.bak");
    }

    @Test
    void anAbsentKeyHasTheReferencesText() {
        String absent = key("keyArn").replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000000");

        Answer answer = node.procedure("rds_backup_database", backup("never.bak", Map.of(KEY, absent)));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body().required("detail").asText()).isEqualTo("Key " + absent + " does not exist");
    }

    @Test
    void aRestoreNamesTheKeyOfItsFilesAndNoOther() throws Exception {
        node.awaitSuccess(node.submit("rds_backup_database", backup("one.bak", Map.of(KEY, key("keyArn")))));
        node.awaitSuccess(node.submit("rds_backup_database", backup("open.bak", Map.of())));

        assertThat(node.procedure("rds_restore_database", restore("x", "one.bak", Map.of()))
                        .code())
                .isEqualTo("BAK-6112");
        assertThat(node.procedure("rds_restore_database", restore("x", "open.bak", Map.of(KEY, key("keyArn"))))
                        .code())
                .isEqualTo("BAK-6113");
        assertThat(node.procedure("rds_restore_database", restore("x", "one.bak", Map.of(KEY, key("secondKeyArn"))))
                        .code())
                .isEqualTo("BAK-5134");
    }
}
