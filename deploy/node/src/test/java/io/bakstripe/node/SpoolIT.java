package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half a gigabyte in ten stripes, every part of which is too large for memory by its settings and goes through the spool. */
final class SpoolIT {
    @Test
    void partsTooLargeForMemoryGoThroughABoundedFolder(@TempDir Path data) throws Exception {
        Path config = Files.writeString(
                data.resolve("spooling.conf"), "bakstripe.worker.spool { above = 5 MiB, limit = 48 MiB }");
        Path folder = Files.createDirectories(data.resolve("node").resolve("spool"));
        Files.write(folder.resolve("4711.part"), new byte[1000]);
        try (RunningNode node = RunningNode.start(data.resolve("node"), "--config", config.toString())) {
            assertThat(parts(folder)).as("what a killed node left").isEmpty();
            fill(node.shop());
            long backup = node.submit(
                    "rds_backup_database",
                    Map.of(
                            "source_db_name",
                            "shop",
                            "s3_arn_to_backup_to",
                            "arn:aws:s3:::" + RunningNode.BUCKET + "/spooled*.bak",
                            "number_of_files",
                            10));
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !parts(folder).isEmpty());
            node.awaitSuccess(backup);
            assertThat(node.task(backup).required("stripes")).hasSize(10);
            await().untilAsserted(() -> assertThat(parts(folder)).isEmpty());
            long afterBackup = ResidentMemory.peakBytes(node.pid());

            node.awaitSuccess(node.submit(
                    "rds_restore_database",
                    Map.of(
                            "restore_db_name",
                            "spooled_copy",
                            "s3_arn_to_restore_from",
                            "arn:aws:s3:::" + RunningNode.BUCKET + "/spooled*.bak")));
            RowComparison.requireEqualTables(node.shop(), node.database("spooled_copy"));
            assertThat(afterBackup).isLessThanOrEqualTo(ResidentMemory.LIMIT);
            assertThat(ResidentMemory.peakBytes(node.pid())).isLessThanOrEqualTo(ResidentMemory.LIMIT);
        }
    }

    private static List<Path> parts(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void fill(ServerConnection shop) throws Exception {
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE large (n bigint, a text, b text)");
            // 65 000 rows, each of which fills a page; a third of each does not compress.
            statement.execute("ALTER TABLE large ALTER a SET STORAGE PLAIN, ALTER b SET STORAGE PLAIN");
            statement.execute(
                    "INSERT INTO large SELECT n, (SELECT string_agg(md5((n * 90 + m)::text), '')"
                            + " FROM generate_series(1, 88) AS m), repeat('bakstripe ', 440) FROM generate_series(1, 65000) AS n");
        }
    }
}
