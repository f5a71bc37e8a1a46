package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.demo.ShopWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the node while tasks run: after a start they end in SUCCESS, and what they made is right. */
final class KilledNodeIT {

    @Test
    void interruptedBackupStartsAgainAndItsSetRestores(@TempDir Path data) throws Exception {
        RunningNode first = RunningNode.start(data);
        long backup;
        ShopWriter writer = ShopWriter.start(first.shop());
        try {
            backup = first.submit(
                    "rds_backup_database",
                    Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("killed*.bak"), "number_of_files", 4));
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() ->
                            first.row(backup).required("lifecycle").asText().equals("IN_PROGRESS"));
        } finally {
            first.kill();
        }

        try (RunningNode second = RunningNode.start(data)) {
            writer.close();
            JsonNode row = second.awaitSuccess(backup);
            assertThat(row.required("task_id").asLong()).isEqualTo(backup);
            assertThat(second.uploads()).isEmpty();

            second.awaitSuccess(second.submit(
                    "rds_restore_database",
                    Map.of("restore_db_name", "after_kill", "s3_arn_to_restore_from", arn("killed*.bak"))));
            RowComparison.requireEqualTables(second.shop(), second.database("after_kill"));
            ShopWriter.verifyPrefix(second.shop(), second.database("after_kill"));
        }
    }

    @Test
    void interruptedRestoreStartsAgain(@TempDir Path data) throws Exception {
        RunningNode first = RunningNode.start(data);
        long restore;
        try {
            first.awaitSuccess(first.submit(
                    "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("whole.bak"))));
            restore = first.submit(
                    "rds_restore_database",
                    Map.of("restore_db_name", "interrupted", "s3_arn_to_restore_from", arn("whole.bak")));
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() ->
                            first.row(restore).required("lifecycle").asText().equals("IN_PROGRESS"));
        } finally {
            first.kill();
        }

        try (RunningNode second = RunningNode.start(data)) {
            second.awaitSuccess(restore);
            RowComparison.requireEqualTables(second.shop(), second.database("interrupted"));
        }
    }

    @Test
    void historyAndDatabasesOutliveTheNode(@TempDir Path data) throws Exception {
        RunningNode first = RunningNode.start(data);
        long restore;
        try {
            first.awaitSuccess(first.submit(
                    "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("kept.bak"))));
            restore = first.submit(
                    "rds_restore_database",
                    Map.of("restore_db_name", "kept", "s3_arn_to_restore_from", arn("kept.bak")));
            first.awaitSuccess(restore);
        } finally {
            first.kill();
        }

        try (RunningNode second = RunningNode.start(data)) {
            assertThat(second.tasks()).isEqualTo(2);
            assertThat(second.row(restore).required("lifecycle").asText()).isEqualTo("SUCCESS");
            RowComparison.requireEqualTables(second.shop(), second.database("kept"));
            assertThat(second.get("/health/ready").status()).isEqualTo(200);
        }
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
