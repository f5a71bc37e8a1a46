package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.node.demo.RowComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a real node into a storage of their own (rows L5, L10, R8, B8). */
final class SnapshotIT {
    private static final String SNAPSHOTS = "/instances/sandbox/snapshots";

    /** @param secret of the storage; another one than the store's is refused there */
    private static RunningNode start(Path data, String secret) throws IOException {
        Path config = data.resolve("snapshots.conf");
        Files.createDirectories(data);
        Files.writeString(config, """
                bakstripe.worker.snapshots {
                  bucket = "%s"
                  prefix = "snapshots/"
                  endpoint = ${bakstripe.worker.store.endpoint}
                  path-style = true
                  region = ${bakstripe.worker.store.region}
                  access-key = ${bakstripe.worker.store.access-key}
                  secret-key = %s
                }
                """.formatted(RunningNode.BUCKET, secret));
        return RunningNode.start(data, "--config", config.toString());
    }

    private static RunningNode start(Path data) throws IOException {
        return start(data, "${bakstripe.worker.store.secret-key}");
    }

    private static List<JsonNode> snapshots(RunningNode node, String database) {
        Answer answer = node.get(SNAPSHOTS);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        List<JsonNode> found = new ArrayList<>();
        answer.body().required("snapshots").forEach(snapshot -> {
            if (snapshot.required("database").asText().equals(database)) {
                found.add(snapshot);
            }
        });
        return found;
    }

    private static JsonNode awaitEnd(RunningNode node, String database, int count) {
        return await("end of snapshot " + count + " of " + database)
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> snapshots(node, database),
                        list -> list.size() == count
                                && List.of("available", "failed")
                                        .contains(list.get(0).required("state").asText()))
                .get(0);
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private static Answer backup(RunningNode node, String key, String type) {
        return node.procedure(
                "rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(key), "type", type));
    }

    private static void backedUp(RunningNode node, String key, String type) throws IOException {
        Answer answer = backup(node, key, type);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        node.awaitSuccess(
                answer.body().required("rows").get(0).required("task_id").asLong());
    }

    @Test
    void aSnapshotBreaksTheDifferentialBaseAndCanBeRestored(@TempDir Path data) throws Exception {
        try (RunningNode node = start(data)) {
            backedUp(node, "first.bak", "FULL");
            Answer taken = node.post(SNAPSHOTS, Map.of("database", "shop"));
            assertThat(taken.status()).as(taken.toString()).isEqualTo(200);

            JsonNode snapshot = awaitEnd(node, "shop", 1);

            assertThat(snapshot.required("state").asText())
                    .as(snapshot + "\n" + node.log())
                    .isEqualTo("available");
            assertThat(snapshot.required("kind").asText()).isEqualTo("manual");
            assertThat(node.tasks()).isEqualTo(1);
            assertThat(node.uploads()).isEmpty();
            List<String> files = node.keys().stream()
                    .filter(key -> key.startsWith("snapshots/"))
                    .toList();
            assertThat(files)
                    .singleElement()
                    .asString()
                    .contains(snapshot.required("id").asText());
            JsonNode shop = node.get("/instances/sandbox/databases/shop").body();
            assertThat(shop.at("/lastFullBackup/snapshot").asText()).isEqualTo("manual");
            JsonNode found = node.sql("""
                            select top 1 database_name, backup_start_date, backup_finish_date, is_snapshot
                            from msdb.dbo.backupset where database_name='shop' and type = 'D' order by backup_start_date desc;""").body().at("/results/0/rows/0");
            assertThat(found.required("is_snapshot").asInt()).isEqualTo(1);

            Answer refused = backup(node, "too_late.bak", "DIFFERENTIAL");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("BAK-2191");
            backedUp(node, "second.bak", "FULL");
            backedUp(node, "second.dif", "DIFFERENTIAL");

            node.awaitSuccess(node.submit(
                    "rds_restore_database",
                    Map.of("restore_db_name", "back", "s3_arn_to_restore_from", arn(files.get(0)))));
            RowComparison.requireEqualTables(node.shop(), node.database("back"));
            JsonNode initial = awaitEnd(node, "back", 1);
            assertThat(initial.required("kind").asText()).isEqualTo("initial");
            assertThat(initial.required("state").asText())
                    .as(initial + "\n" + node.log())
                    .isEqualTo("available");
        }
    }

    @Test
    void aRestoreWhoseInitialSnapshotIsDeniedStaysSuccessfulAndSaysSo(@TempDir Path data) throws Exception {
        try (RunningNode node = start(data, "\"wrong\"")) {
            backedUp(node, "whole.bak", "FULL");
            long restore = node.submit(
                    "rds_restore_database",
                    Map.of("restore_db_name", "copy", "s3_arn_to_restore_from", arn("whole.bak")));
            node.awaitSuccess(restore);

            JsonNode snapshot = awaitEnd(node, "copy", 1);

            assertThat(snapshot.required("state").asText()).isEqualTo("failed");
            assertThat(snapshot.required("problem").asText()).contains("Access Denied");
            await().untilAsserted(() -> assertThat(
                            node.row(restore).required("task_info").asText())
                    .contains("the initial snapshot of the restored database could not be taken")
                    .contains("Access Denied"));
            assertThat(node.row(restore).required("lifecycle").asText()).isEqualTo("SUCCESS");
            assertThat(node.keys()).noneMatch(key -> key.startsWith("snapshots/"));
            assertThat(node.uploads()).isEmpty();
        }
    }

    @Test
    void aSnapshotGoesOnAfterKill9(@TempDir Path data) throws Exception {
        RunningNode first = start(data);
        try {
            Answer taken = first.post(SNAPSHOTS, Map.of("database", "shop"));
            assertThat(taken.status()).as(taken.toString()).isEqualTo(200);
        } finally {
            first.kill();
        }

        try (RunningNode second = start(data)) {
            JsonNode snapshot = awaitEnd(second, "shop", 1);
            assertThat(snapshot.required("state").asText())
                    .as(snapshot + "\n" + second.log())
                    .isEqualTo("available");
            assertThat(second.uploads()).isEmpty();
            assertThat(second.tasks()).isZero();
        }
    }
}
