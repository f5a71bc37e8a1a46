package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.sandbox.SandboxProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the node while many callers submit: whatever was answered is there afterwards, whatever was not has at most one task. */
final class AcceptedCallsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CALLERS = 8;
    private static final int KILLS = 2;
    /** Tasks of an instance at a time (row L7), each with one file here. */
    private static final int RUNNING = 2;

    private static final int ACCEPTED_BEFORE_A_KILL = 25;
    private static final Set<String> ENDED = Set.of("SUCCESS", "ERROR", "CANCELLED");

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger next = new AtomicInteger();
    /** Ids by file. */
    /** How long a call is repeated that the cluster finds no time for. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Map<String, Long> accepted = new ConcurrentHashMap<>();
    /** Files of calls that got no answer. */
    private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

    @Test
    void noAcceptedCallIsLost(@TempDir Path data) throws Exception {
        for (int kill = 1; kill <= KILLS; kill++) {
            RunningNode node = RunningNode.start(data);
            try {
                callUntilKilled(node, data, kill * ACCEPTED_BEFORE_A_KILL);
            } finally {
                node.kill();
            }
        }

        try (RunningNode node = RunningNode.start(data)) {
            requireTasks(node, accepted);
            for (String file : unanswered) {
                accepted.put(file, answered(call(data, file)));
            }
            requireTasks(node, accepted);
            assertThat(node.tasks()).isEqualTo(accepted.size());
            for (long task : accepted.values()) {
                assertThat(node.procedure("rds_cancel_task", Map.of("task_id", task))
                                .status())
                        .isIn(200, 409);
            }
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> rows(node).values().stream()
                            .allMatch(row ->
                                    ENDED.contains(row.required("lifecycle").asText())));
            requireNothingLeft(data);
        }
        RecordedTasks.read(data).requireOneEndEach();
    }

    /** A node that is killed may have begun an upload for each task that ran whose id it never learnt; nothing is ever stored in those. */
    private static void requireNothingLeft(Path data) throws IOException {
        SandboxProcess.Store store = JSON.treeToValue(
                JSON.readTree(data.resolve("sandbox.json").toFile()).required("s3"), SandboxProcess.Store.class);
        try (SandboxUploads uploads = new SandboxUploads(store)) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> uploads.requireNoneBut(KILLS * RUNNING));
        }
    }

    private void callUntilKilled(RunningNode node, Path data, int enough) {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                running.add(CompletableFuture.runAsync(() -> callUntilCut(data), callers));
            }
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> accepted.size() >= enough);
            node.kill();
            running.forEach(CompletableFuture::join);
        } finally {
            callers.shutdownNow();
        }
    }

    private void callUntilCut(Path data) {
        while (true) {
            String file = "calls/" + next.incrementAndGet() + ".bak";
            try {
                accepted.put(file, answered(call(data, file)));
            } catch (IOException cut) {
                unanswered.add(file);
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The answer to the call, which is repeated with its key as long as the cluster says that it did not find the time. */
    private HttpResponse<String> call(Path data, String file) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        HttpResponse<String> answer = callOnce(data, file);
        while (answer.statusCode() == 503 && System.nanoTime() - begun < PATIENCE.toNanos()) {
            answer = callOnce(data, file);
        }
        return answer;
    }

    private HttpResponse<String> callOnce(Path data, String file) throws IOException, InterruptedException {
        JsonNode sandbox = JSON.readTree(data.resolve("sandbox.json").toFile());
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                sandbox.required("http").asText() + "/api/v1/procedures/rds_backup_database"))
                        .timeout(Duration.ofSeconds(60))
                        .header(
                                "Authorization",
                                "Bearer " + sandbox.required("token").asText())
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", file)
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(
                                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(file)))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static long answered(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body())
                .required("rows")
                .get(0)
                .required("task_id")
                .asLong();
    }

    private static void requireTasks(RunningNode node, Map<String, Long> wanted) {
        Map<Long, JsonNode> rows = rows(node);
        wanted.forEach((file, task) -> {
            assertThat(rows).containsKey(task);
            assertThat(Objects.requireNonNull(rows.get(task))
                            .required("S3_object_arn")
                            .asText())
                    .isEqualTo(arn(file));
        });
        assertThat(Set.copyOf(wanted.values())).hasSameSizeAs(wanted.values());
    }

    private static Map<Long, JsonNode> rows(RunningNode node) {
        Map<Long, JsonNode> rows = new HashMap<>();
        node.procedure("rds_task_status", Map.of())
                .body()
                .required("rows")
                .forEach(row -> rows.put(row.required("task_id").asLong(), row));
        return rows;
    }

    private static String arn(String file) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + file;
    }
}
