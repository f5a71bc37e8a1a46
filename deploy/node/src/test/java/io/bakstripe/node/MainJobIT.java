package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.demo.ShopWriter;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The main job through real processes and sockets: back up under writes, restore, compare. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MainJobIT {
    private RunningNode node;

    @BeforeAll
    void startNode(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    @Test
    void backsUpInFourStripesUnderWritesAndRestoresTheSameRows() throws Exception {
        long backup;
        long before;
        try (ShopWriter writer = ShopWriter.start(node.shop())) {
            before = writer.committed();
            backup = node.submit(
                    "rds_backup_database",
                    Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("four*.bak"), "number_of_files", 4));
            node.awaitSuccess(backup);
        }
        JsonNode detail = node.task(backup);
        assertThat(detail.required("stripes")).hasSize(4);
        assertThat(detail.required("copyStatements").asLong()).isBetween(4L, 200L);
        assertThat(node.keys()).contains("four1-of-4.bak", "four2-of-4.bak", "four3-of-4.bak", "four4-of-4.bak");
        assertThat(node.uploads()).isEmpty();

        long restore = node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "shop_copy", "s3_arn_to_restore_from", arn("four*.bak")));
        JsonNode row = node.awaitSuccess(restore);

        assertThat(row.required("% complete").asInt()).isEqualTo(100);
        ServerConnection copy = node.database("shop_copy");
        RowComparison.Result same = RowComparison.requireEqualTables(node.shop(), copy);
        assertThat(same.rows()).isGreaterThan(10_000);
        assertThat(ShopWriter.verifyPrefix(node.shop(), copy)).isGreaterThanOrEqualTo(before);
        assertThat(node.get("/instances/sandbox/databases/shop_copy")
                        .body()
                        .required("state")
                        .asText())
                .isEqualTo("ONLINE");
    }

    @Test
    void restoredDatabaseCanBeBackedUpAndRestoredAgain() throws Exception {
        node.awaitSuccess(node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("first.bak"))));
        node.awaitSuccess(node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "second", "s3_arn_to_restore_from", arn("first.bak"))));
        node.awaitSuccess(node.submit(
                "rds_backup_database",
                Map.of("source_db_name", "second", "s3_arn_to_backup_to", arn("second*.bak"), "number_of_files", 10)));
        node.awaitSuccess(node.submit(
                "rds_restore_database", Map.of("restore_db_name", "third", "s3_arn_to_restore_from", arn("second*"))));

        RowComparison.requireEqualTables(node.database("second"), node.database("third"));
    }

    @Test
    void monitoringSeesTheLastBackupOfEachTypeAndTheProcess() throws IOException {
        long before = Instant.now().getEpochSecond();
        node.awaitSuccess(node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("metrics.bak"))));

        String sample =
                "bakstripe_last_backup_timestamp_seconds\\{database=\"shop\",instance=\"sandbox\",task_type=\"BACKUP_DB\"} (.*)";
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(metric(sample))
                        .hasValueSatisfying(at -> assertThat(at).isGreaterThanOrEqualTo(before)));
        assertThat(metric("bakstripe_tasks\\{instance=\"sandbox\",lifecycle=\"IN_PROGRESS\"} (.*)"))
                .isPresent();
        assertThat(metric("bakstripe_node_ready (.*)")).hasValue(1.0);
        assertThat(metric("jvm_threads_live_threads (.*)").orElseThrow()).isGreaterThan(1);
    }

    /** The value that a line of {@code /metrics} shows. */
    private Optional<Double> metric(String line) {
        Matcher found = Pattern.compile("(?m)^" + line + "$")
                .matcher(node.get("/metrics").body().asText());
        return found.find() ? Optional.of(Double.valueOf(found.group(1))) : Optional.empty();
    }

    @Test
    void compressionSwitchChangesWhatIsStored() throws Exception {
        assertThat(node.sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'false';")
                        .status())
                .isEqualTo(200);
        long plain = node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("plain.bak")));
        node.awaitSuccess(plain);
        node.sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';");
        long packed = node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("packed.bak")));
        node.awaitSuccess(packed);

        assertThat(storedBytes(packed)).isLessThan(storedBytes(plain) * 7 / 10);

        node.awaitSuccess(node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "from_plain", "s3_arn_to_restore_from", arn("plain.bak"))));
        RowComparison.requireEqualTables(node.shop(), node.database("from_plain"));
    }

    @Test
    void existingFilesAreKeptUnlessOverwriteIsAskedFor() throws Exception {
        Map<String, Object> call = Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("again.bak"));
        node.awaitSuccess(node.submit("rds_backup_database", call));
        long tasks = node.tasks();

        RunningNode.Answer refused = node.procedure("rds_backup_database", call);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BAK-2101");
        assertThat(refused.body().required("detail").asText())
                .isEqualTo("Please reissue task with correct type and overwrite property");
        assertThat(node.tasks()).isEqualTo(tasks);

        node.awaitSuccess(node.submit(
                "rds_backup_database",
                Map.of(
                        "source_db_name",
                        "shop",
                        "s3_arn_to_backup_to",
                        arn("again.bak"),
                        "overwrite_s3_backup_file",
                        1)));
        assertThat(node.uploads()).isEmpty();
    }

    @Test
    void asterisksInASingleFileNameMeanThemselves() throws Exception {
        node.awaitSuccess(node.submit(
                "rds_backup_database",
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("star*and*.bak"), "number_of_files", 1)));

        assertThat(node.keys()).contains("star*and*.bak");

        node.awaitSuccess(node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "from_star", "s3_arn_to_restore_from", arn("star*and*.bak"))));
    }

    @Test
    void taskStatusIsNarrowedByDatabaseAndTask() throws Exception {
        long backup = node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("narrowed.bak")));
        node.awaitSuccess(backup);
        long restore = node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "narrowed", "s3_arn_to_restore_from", arn("narrowed.bak")));
        // Both are there at once: one from the history, one from its coordinator.
        List<Long> all = taskIds(Map.of());
        assertThat(all).contains(backup, restore).isSorted().doesNotHaveDuplicates();
        node.awaitSuccess(restore);

        assertThat(taskIds(Map.of("db_name", "NARROWED"))).containsExactly(restore);
        assertThat(taskIds(Map.of("task_id", backup))).containsExactly(backup);
        assertThat(taskIds(Map.of("task_id", backup, "db_name", "narrowed"))).isEmpty();
        assertThat(taskIds(Map.of("max_rows", 1))).containsExactly(restore);
    }

    private List<Long> taskIds(Map<String, ?> filter) {
        List<Long> ids = new ArrayList<>();
        node.procedure("rds_task_status", filter)
                .body()
                .required("rows")
                .forEach(row -> ids.add(row.required("task_id").asLong()));
        return ids;
    }

    @Test
    void taskRowsHaveTheReferencesColumnsInOrder() throws Exception {
        long task = node.submit(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("columns.bak")));
        node.awaitSuccess(task);

        List<String> columns = new ArrayList<>();
        node.row(task).fieldNames().forEachRemaining(columns::add);

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
    }

    private long storedBytes(long task) {
        long bytes = 0;
        for (JsonNode stripe : node.task(task).required("stripes")) {
            bytes += stripe.required("storedBytes").asLong();
        }
        return bytes;
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
