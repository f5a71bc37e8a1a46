package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a real node that go from a storage of their own: by number, by call, not at once, and after kill -9. */
final class SnapshotRemovalIT {
    private static final String SNAPSHOTS = "/instances/sandbox/snapshots";
    private static final String DENIED = "HTTP/1.1 403 Denied\r\nConnection: close\r\nContent-Length: 83\r\n"
            + "Content-Type: application/xml\r\n\r\n"
            + "<Error><Code>AccessDenied</Code><Message>User is not authorized</Message></Error>\r\n";

    private static RunningNode start(Path data, StoreGate gate, int keep) throws IOException {
        Path config = data.resolve("snapshots.conf");
        Files.createDirectories(data);
        Files.writeString(config, """
                bakstripe.worker.snapshots {
                  bucket = "%s"
                  prefix = "snapshots/"
                  endpoint = "%s"
                  path-style = true
                  region = ${bakstripe.worker.store.region}
                  access-key = ${bakstripe.worker.store.access-key}
                  secret-key = ${bakstripe.worker.store.secret-key}
                  delete = true
                }
                bakstripe.coordinator {
                  probe = 1 s
                  snapshots { files = 2, keep = %d, retention-of-manual = true, retention-round = 2 s }
                }
                """.formatted(RunningNode.BUCKET, gate.endpoint(), keep));
        RunningNode node = RunningNode.start(data, "--config", config.toString());
        gate.leadTo(node.store());
        return node;
    }

    private static List<JsonNode> snapshots(RunningNode node) {
        Answer answer = node.get(SNAPSHOTS);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        List<JsonNode> found = new ArrayList<>();
        answer.body().required("snapshots").forEach(found::add);
        return found;
    }

    private static String taken(RunningNode node) throws IOException {
        Answer taken = node.post(SNAPSHOTS, Map.of("database", "shop"));
        assertThat(taken.status()).as(taken.toString()).isEqualTo(200);
        String id = taken.body().required("id").asText();
        JsonNode end = await("end of snapshot " + id)
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> snapshots(node).stream()
                                .filter(snapshot ->
                                        snapshot.required("id").asText().equals(id))
                                .findFirst()
                                .orElseThrow(),
                        snapshot -> List.of("available", "failed")
                                .contains(snapshot.required("state").asText()));
        assertThat(end.required("state").asText()).as(end + "\n" + node.log()).isEqualTo("available");
        return id;
    }

    private static void awaitListed(RunningNode node, String... ids) {
        await("the list")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(snapshots(node))
                        .extracting(snapshot -> snapshot.required("id").asText())
                        .containsExactly(ids));
    }

    private static List<String> files(RunningNode node, String id) {
        return node.keys().stream().filter(key -> key.contains(id)).toList();
    }

    private static JsonNode set(RunningNode node, String id) {
        for (JsonNode set :
                node.get("/instances/sandbox/databases/shop/backup-sets").body().required("backupSets")) {
            if (set.required("files").get(0).asText().contains(id)) {
                return set;
            }
        }
        throw new AssertionError("no set of snapshot " + id);
    }

    @Test
    void theyGoByNumberAndByCallAndNothingElseGoes(@TempDir Path data) throws Exception {
        try (StoreGate gate = new StoreGate(URI.create("http://127.0.0.1:9"));
                RunningNode node = start(data, gate, 1)) {
            node.awaitSuccess(node.submit(
                    "rds_backup_database",
                    Map.of(
                            "source_db_name",
                            "shop",
                            "s3_arn_to_backup_to",
                            "arn:aws:s3:::" + RunningNode.BUCKET + "/whole.bak")));
            String first = taken(node);
            assertThat(files(node, first)).hasSize(2);

            String second = taken(node);

            awaitListed(node, second);
            assertThat(files(node, first)).isEmpty();
            assertThat(set(node, first).required("gone").asBoolean()).isTrue();
            assertThat(files(node, second)).hasSize(2);
            assertThat(set(node, second).required("gone").asBoolean()).isFalse();

            // Age and number never take the newest one; a call may.
            Answer going = node.delete(SNAPSHOTS + "/" + second);
            assertThat(going.status()).as(going.toString()).isEqualTo(200);
            assertThat(going.body().required("state").asText()).isEqualTo("deleting");
            awaitListed(node);
            Answer again = node.delete(SNAPSHOTS + "/" + second);
            assertThat(again.status()).as(again.toString()).isEqualTo(200);
            assertThat(again.body().required("state").asText()).isEqualTo("deleted");
            assertThat(node.keys()).containsExactly("whole.bak");
            assertThat(node.delete(SNAPSHOTS + "/00000000-0000-0000-0000-000000000001")
                            .code())
                    .isEqualTo("BAK-3194");
        }
    }

    @Test
    void oneThatIsHalfDeletedIsNoneOfTheAvailableOnesAndGoesAfterKill9(@TempDir Path data) throws Exception {
        try (StoreGate gate = new StoreGate(URI.create("http://127.0.0.1:9"))) {
            RunningNode first = start(data, gate, 10);
            String id;
            try {
                id = taken(first);
                gate.answering(
                        head -> head.method().equals("DELETE") && head.path().contains("-2-of-2") ? DENIED : "");

                Answer going = first.delete(SNAPSHOTS + "/" + id);

                assertThat(going.status()).as(going.toString()).isEqualTo(200);
                await("the problem")
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(snapshots(first))
                                .singleElement()
                                .satisfies(snapshot -> {
                                    assertThat(snapshot.required("state").asText())
                                            .isEqualTo("deleting");
                                    assertThat(snapshot.required("problem").asText())
                                            .contains("Access Denied", "s3:DeleteObject");
                                }));
                assertThat(files(first, id)).singleElement().asString().contains("-2-of-2");
                assertThat(set(first, id).required("gone").asBoolean()).isTrue();
            } finally {
                first.kill();
            }

            gate.open();
            try (RunningNode second = start(data, gate, 10)) {
                awaitListed(second);
                assertThat(files(second, id)).isEmpty();
            }
        }
    }
}
