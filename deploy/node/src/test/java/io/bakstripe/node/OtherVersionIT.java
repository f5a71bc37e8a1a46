package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source of another major version than the embedded one. */
final class OtherVersionIT {
    private static final PostgresRelease OTHER = PostgresReleases.of(15);

    @TempDir
    Path data;

    @Test
    void backupOfAnotherVersionIsRefusedUntilTheHostHasItsBinariesAndRestoredThen() throws Exception {
        try (TestHost elsewhere = new TestHost(data.resolve("elsewhere"), OTHER)) {
            ServerConnection source = elsewhere.provision(
                    "lager",
                    "CREATE TABLE stock AS SELECT i AS id, repeat(md5(i::text), 10) AS note FROM generate_series(1, 20000) i",
                    "CREATE INDEX ON stock (id)",
                    "CREATE ROLE bk LOGIN REPLICATION PASSWORD 'secret-of-bk'",
                    "GRANT pg_monitor TO bk",
                    "GRANT EXECUTE ON FUNCTION pg_ls_dir(text, bool, bool), pg_stat_file(text, bool),"
                            + " pg_read_binary_file(text, bigint, bigint, bool), pg_backup_start(text, bool),"
                            + " pg_backup_stop(bool) TO bk");
            try (RunningNode node = start(source, "")) {
                node.on("known")
                        .awaitSuccess(node.submit(
                                "rds_backup_database",
                                Map.of("source_db_name", "lager", "s3_arn_to_backup_to", arn(), "number_of_files", 2)));
                long tasks = node.on("sandbox").tasks();

                RunningNode.Answer refused = node.procedure("rds_restore_database", restore());

                assertThat(refused.code()).isEqualTo("BAK-6109");
                assertThat(refused.body().toString())
                        .contains("running version 15", "running version 18", "bakstripe.worker.host.binaries");
                assertThat(node.tasks()).isEqualTo(tasks);
            }
            try (RunningNode node = start(source, OTHER.directory().toString())) {
                node.on("sandbox").awaitSuccess(node.submit("rds_restore_database", restore()));

                ServerConnection copy = node.database("lager_copy");
                assertThat(TestHost.column(copy, "SHOW server_version_num").get(0))
                        .startsWith("15");
                assertThat(TestHost.column(node.shop(), "SHOW server_version_num")
                                .get(0))
                        .startsWith("18");
                RowComparison.requireEqualTables(source, copy);
                assertThat(IntegrityCheck.online(copy)).isEmpty();
            }
        }
    }

    private RunningNode start(ServerConnection source, String binaries) throws IOException {
        Path config = Files.writeString(data.resolve("node.conf"), """
                bakstripe.worker.host.binaries = "%s"
                bakstripe.instances {
                  revision = 2
                  declared = [
                    { name = "known", databases = [
                      { name = "lager", jdbc-url = "%s", user = "bk", password = "secret-of-bk" } ] }
                  ]
                }
                """.formatted(binaries, source.jdbcUrl()));
        return RunningNode.start(data.resolve("node"), "--config", config.toString());
    }

    private static Map<String, ?> restore() {
        return Map.of("restore_db_name", "lager_copy", "s3_arn_to_restore_from", arn());
    }

    private static String arn() {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/lager*.bak";
    }
}
