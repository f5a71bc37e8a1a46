package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.sandbox.FreePort;
import io.bakstripe.node.sandbox.SandboxProcess;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but the bucket is lost: a cluster that never heard of a backup restores it. */
final class BucketAloneIT {
    private static final String FILES = "arn:aws:s3:::" + RunningNode.BUCKET + "/alone*.bak";

    @Test
    void freshNodeWithoutAJournalRestoresFromTheBucketAlone(@TempDir Path temp) throws Exception {
        Path old = temp.resolve("old");
        try (RunningNode node = RunningNode.start(old)) {
            node.awaitSuccess(node.submit(
                    "rds_backup_database",
                    Map.of("source_db_name", "shop", "s3_arn_to_backup_to", FILES, "number_of_files", 3)));
        }
        Path fresh = Files.createDirectory(temp.resolve("fresh"));
        int port = FreePort.choose();

        // Not closed by a resource block: the bucket is taken away before the node is asked for rows.
        SandboxProcess bucket = SandboxProcess.start(Home.find(), old);
        try (RunningNode node = startFresh(fresh, temp.resolve("fresh.conf"), port, bucket)) {
            assertThat(inspect(bucket.store())).isZero();
            assertThat(node.tasks()).isZero();
            node.awaitSuccess(node.submit(
                    "rds_restore_database", Map.of("restore_db_name", "rescued", "s3_arn_to_restore_from", FILES)));
            ServerConnection rescued = node.database("rescued");
            bucket.close();

            // The old node comes back only to be compared with; nothing wrote to it meanwhile.
            try (RunningNode source = RunningNode.start(old)) {
                assertThat(RowComparison.requireEqualTables(source.shop(), rescued)
                                .rows())
                        .isGreaterThan(10_000);
            }
        } finally {
            bucket.close();
        }
    }

    private static RunningNode startFresh(Path data, Path config, int port, SandboxProcess bucket) throws IOException {
        SandboxProcess.Store store = bucket.store();
        // The old node keeps its servers' ports while it is down.
        Files.writeString(
                config, """
                bakstripe {
                  node { host-name = "fresh", port = 0 }
                  api { port = %d, token = "token-of-fresh" }
                  worker.store {
                    endpoint = "%s", path-style = true, region = "%s", access-key = "%s", secret-key = "%s", sse = none
                  }
                  worker.host { stop-servers-on-shutdown = true, first-port = 24000, last-port = 24999 }
                  instances.declared = [ { name = "sandbox", host = "fresh" } ]
                }
                """.formatted(port, store.endpoint(), store.region(), store.accessKey(), store.secretKey()));
        return RunningNode.startPlain(data, config, port, "token-of-fresh", store);
    }

    /** {@code bakstripe inspect} of the set in the bucket, with no node at all. */
    private static int inspect(SandboxProcess.Store store) throws IOException, InterruptedException {
        ProcessBuilder command =
                new ProcessBuilder(Home.find().nodeCommand("128m", List.of("inspect", "--verify", FILES))).inheritIO();
        command.environment()
                .putAll(Map.of(
                        "BAKSTRIPE_S3_ENDPOINT", store.endpoint(),
                        "BAKSTRIPE_S3_PATH_STYLE", "true",
                        "BAKSTRIPE_S3_REGION", store.region(),
                        "BAKSTRIPE_S3_ACCESS_KEY", store.accessKey(),
                        "BAKSTRIPE_S3_SECRET_KEY", store.secretKey()));
        Process process = command.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
