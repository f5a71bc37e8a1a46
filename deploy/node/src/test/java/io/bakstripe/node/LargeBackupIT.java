package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One gigabyte in ten stripes through a node with a heap of 512 MiB (row A3), and many small files without a round trip each. */
final class LargeBackupIT {
    private static final long GIGABYTE = 1_000_000_000L;

    @Test
    void oneGigabyteInTenStripesGoesThroughASmallHeap(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            fill(node.shop());
            long backup = node.submit(
                    "rds_backup_database",
                    Map.of(
                            "source_db_name",
                            "shop",
                            "s3_arn_to_backup_to",
                            "arn:aws:s3:::" + RunningNode.BUCKET + "/large*.bak",
                            "number_of_files",
                            10));
            node.awaitSuccess(backup);

            JsonNode detail = node.task(backup);
            assertThat(detail.required("bytesTotal").asLong()).isGreaterThan(GIGABYTE);
            assertThat(detail.required("stripes")).hasSize(10);
            // About 32 MB of pages or 2000 files go through one statement.
            assertThat(detail.required("copyStatements").asLong()).isLessThan(200);

            node.awaitSuccess(node.submit(
                    "rds_restore_database",
                    Map.of(
                            "restore_db_name",
                            "large_copy",
                            "s3_arn_to_restore_from",
                            "arn:aws:s3:::" + RunningNode.BUCKET + "/large*.bak")));
            RowComparison.requireEqualTables(node.shop(), node.database("large_copy"));
            assertThat(ResidentMemory.peakBytes(node.pid())).isLessThanOrEqualTo(ResidentMemory.LIMIT);
        }
    }

    private static void fill(ServerConnection shop) throws Exception {
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE large (n bigint, a text, b text)");
            // 130 000 rows, each of which fills a page.
            statement.execute("ALTER TABLE large ALTER a SET STORAGE PLAIN, ALTER b SET STORAGE PLAIN");
            statement.execute(
                    "INSERT INTO large SELECT n, md5(n::text) || md5((n * 7)::text) || repeat(md5((n + 1)::text), 100),"
                            + " repeat('bakstripe ', 360) FROM generate_series(1, 130000) AS n");
        }
    }
}
