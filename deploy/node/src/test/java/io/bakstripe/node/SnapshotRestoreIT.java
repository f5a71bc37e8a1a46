package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restoring a snapshot to a second instance of the node, which drops what is partially restored there (row D2), and a storage that is full. */
final class SnapshotRestoreIT {
    private static final String TWIN = "/instances/twin";
    private static final String RIGHT = "${bakstripe.worker.store.secret-key}";
    private static final String STORE = "${bakstripe.worker.store.endpoint}";
    /** As MinIO answers whose disks are full. */
    private static final String FULL = """
            HTTP/1.1 507 Insufficient Storage\r
            Content-Type: application/xml\r
            Connection: close\r
            \r
            <?xml version="1.0" encoding="UTF-8"?><Error><Code>XMinioStorageFull</Code>\
            <Message>Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.\
            </Message></Error>""";

    /** @param secret of the storage of snapshots; another one than the store's is refused there */
    private static RunningNode start(Path data, String endpoint, String secret) throws IOException {
        Path config = data.resolve("twin.conf");
        Files.createDirectories(data);
        Files.writeString(config, """
                bakstripe.instances { revision = 2, declared = [ { name = twin, host = sandbox } ] }
                bakstripe.worker.store.retry { repetitions = 2, min-backoff = 50 ms, max-backoff = 200 ms }
                bakstripe.worker.snapshots {
                  bucket = "%s"
                  prefix = "snapshots/"
                  endpoint = %s
                  path-style = true
                  region = ${bakstripe.worker.store.region}
                  access-key = ${bakstripe.worker.store.access-key}
                  secret-key = %s
                }
                """.formatted(RunningNode.BUCKET, endpoint, secret));
        return RunningNode.start(data, "--config", config.toString());
    }

    private static RunningNode start(Path data) throws IOException {
        return start(data, STORE, RIGHT);
    }

    private static List<JsonNode> snapshots(RunningNode node, String instance) {
        Answer answer = node.get("/instances/" + instance + "/snapshots");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return StreamSupport.stream(answer.body().required("snapshots").spliterator(), false)
                .toList();
    }

    private static JsonNode awaitSnapshot(RunningNode node, String instance, String database) {
        return await("end of the snapshot of " + database)
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> snapshots(node, instance).stream()
                                .filter(snapshot ->
                                        snapshot.required("database").asText().equals(database)
                                                && List.of("available", "failed")
                                                        .contains(snapshot.required("state")
                                                                .asText()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** A snapshot of {@code shop}. */
    private static String taken(RunningNode node) throws IOException {
        Answer answer = node.post("/instances/sandbox/snapshots", Map.of("database", "shop"));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        JsonNode snapshot = awaitSnapshot(node, "sandbox", "shop");
        assertThat(snapshot.required("state").asText())
                .as(snapshot + "\n" + node.log())
                .isEqualTo("available");
        return snapshot.required("id").asText();
    }

    private static void backedUp(RunningNode node) throws IOException {
        node.on("sandbox")
                .awaitSuccess(node.submit(
                        "rds_backup_database",
                        Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn("whole.bak"))));
    }

    /** A database of the second instance that is partially restored. */
    private static void half(RunningNode node, String name) throws IOException {
        node.on("twin")
                .awaitSuccess(node.submit(
                        "rds_restore_database",
                        Map.of(
                                "restore_db_name",
                                name,
                                "s3_arn_to_restore_from",
                                arn("whole.bak"),
                                "with_norecovery",
                                1)));
        assertThat(state(node, name)).isEqualTo("RESTORING");
    }

    private static String state(RunningNode node, String name) {
        Answer answer = node.get(TWIN + "/databases/" + name);
        return answer.status() == 404 ? "" : answer.body().required("state").asText();
    }

    private static Answer restore(RunningNode node, String snapshot, Map<String, String> body) {
        return node.post("/instances/sandbox/snapshots/" + snapshot + "/restore", body);
    }

    private static long restored(RunningNode node, String snapshot) {
        Answer answer = restore(node, snapshot, Map.of("target_instance", "twin"));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body().required("rows").get(0).required("task_id").asLong();
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private static ServerConnection copy(RunningNode node) {
        JsonNode shown = node.get(TWIN + "/databases/shop").body();
        return RunningNode.connection(shown.required("connection"));
    }

    @Test
    void aSnapshotIsRestoredToAnotherInstanceWhosePartialDatabasesGo(@TempDir Path data) throws Exception {
        String snapshot;
        try (RunningNode node = start(data)) {
            backedUp(node);
            half(node, "half");
            snapshot = taken(node);

            assertThat(restore(node, UUID.randomUUID().toString(), Map.of("target_instance", "twin"))
                            .code())
                    .isEqualTo("BAK-3194");
            assertThat(restore(node, snapshot, Map.of("target_instance", "sandbox"))
                            .code())
                    .isEqualTo("BAK-2102");
            assertThat(state(node, "half")).isEqualTo("RESTORING");

            JsonNode row = node.on("twin").awaitSuccess(restored(node, snapshot));

            assertThat(row.required("task_type").asText()).isEqualTo("RESTORE_DB");
            assertThat(row.required("S3_object_arn").asText()).contains("snapshots/", snapshot);
            assertThat(row.required("% complete").asInt()).isEqualTo(100);
            assertThat(state(node, "half")).isEmpty();
            RowComparison.requireEqualTables(node.shop(), copy(node));
            JsonNode initial = awaitSnapshot(node, "twin", "shop");
            assertThat(initial.required("kind").asText()).isEqualTo("initial");

            half(node, "again");
            assertThat(restore(node, snapshot, Map.of("target_instance", "twin"))
                            .code())
                    .isEqualTo("BAK-2102");
            assertThat(state(node, "again")).isEqualTo("RESTORING");
        }

        try (RunningNode node = start(data, STORE, "\"wrong\"")) {
            node.on("twin");
            Answer denied = restore(node, snapshot, Map.of("target_instance", "twin", "target_database", "third"));
            assertThat(denied.status()).as(denied.toString()).isEqualTo(403);
            assertThat(denied.body().required("detail").asText()).isEqualTo("Access Denied");
            assertThat(state(node, "again")).isEqualTo("RESTORING");
            assertThat(state(node, "third")).isEmpty();
        }
    }

    @Test
    void goesOnAfterKill9(@TempDir Path data) throws Exception {
        long task;
        RunningNode first = start(data);
        try {
            backedUp(first);
            half(first, "half");
            String snapshot = taken(first);
            task = restored(first, snapshot);
            first.on("twin");
            await().pollInterval(Duration.ofMillis(20))
                    .until(() -> !first.row(task).required("lifecycle").asText().equals("CREATED"));
        } finally {
            first.kill();
        }

        try (RunningNode second = start(data)) {
            second.on("twin").awaitSuccess(task);
            assertThat(state(second, "half")).isEmpty();
            RowComparison.requireEqualTables(second.shop(), copy(second));
            assertThat(awaitSnapshot(second, "twin", "shop").required("state").asText())
                    .isEqualTo("available");
            assertThat(second.uploads()).isEmpty();
        }
    }

    @Test
    void aFullStorageFailsTheSnapshotAndNotTheRestoreThatItBelongsTo(@TempDir Path data) throws Exception {
        URI store;
        try (RunningNode plain = RunningNode.start(data)) {
            backedUp(plain);
            JsonNode sandbox =
                    new ObjectMapper().readTree(data.resolve("sandbox.json").toFile());
            store = URI.create(sandbox.required("s3").required("endpoint").asText());
        }
        try (StoreGate gate = new StoreGate(store);
                RunningNode node = start(data, '"' + gate.endpoint() + '"', RIGHT)) {
            gate.answering(head -> head.method().equals("PUT") ? FULL : "");

            long restore = node.on("twin")
                    .submit(
                            "rds_restore_database",
                            Map.of("restore_db_name", "shop", "s3_arn_to_restore_from", arn("whole.bak")));
            node.awaitSuccess(restore);
            JsonNode snapshot = awaitSnapshot(node, "twin", "shop");

            assertThat(snapshot.required("state").asText()).as(node.log()).isEqualTo("failed");
            assertThat(snapshot.required("problem").asText()).contains("507");
            await().untilAsserted(() -> assertThat(
                            node.row(restore).required("task_info").asText())
                    .contains("the initial snapshot of the restored database could not be taken")
                    .contains("507"));
            assertThat(node.row(restore).required("lifecycle").asText()).isEqualTo("SUCCESS");
            assertThat(node.keys()).noneMatch(key -> key.startsWith("snapshots/"));
            await().atMost(Duration.ofSeconds(30)).until(() -> node.uploads().isEmpty());
            gate.open();
            Answer again = node.post("/instances/twin/snapshots", Map.of("database", "shop"));
            assertThat(again.status()).as(again.toString()).isEqualTo(200);
        }
    }
}
