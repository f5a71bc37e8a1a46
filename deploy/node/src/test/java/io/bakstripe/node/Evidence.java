package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What calls left behind in a sandbox, and whether it is right. */
final class Evidence implements AutoCloseable {
    private final PausedSandbox sandbox;
    private final SandboxUploads uploads;

    Evidence(PausedSandbox sandbox) {
        this.sandbox = sandbox;
        this.uploads = new SandboxUploads(sandbox.store());
    }

    /** What a node records of these calls, made at once, when nobody disturbs it. */
    List<Write> recordsOf(List<RepeatableCall> undisturbed) throws Exception {
        sandbox.awaitRest();
        int before = sandbox.pauses().writes().size();
        List<CompletableFuture<HttpResponse<String>>> answers =
                undisturbed.stream().map(sandbox::send).toList();
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
        for (RepeatableCall call : undisturbed) {
            sandbox.node().awaitSuccess(repeat(call));
        }
        sandbox.awaitRest();
        List<Write> all = sandbox.pauses().writes();
        return all.subList(before, all.size());
    }

    /** Makes a call, or makes it once more, until it is answered with something else than that a part of the cluster does not answer; gives its task. */
    long repeat(RepeatableCall call) {
        HttpResponse<String> answer = await("an answer to " + call)
                .atMost(Duration.ofSeconds(120))
                .ignoreExceptionsInstanceOf(CompletionException.class)
                .until(() -> sandbox.send(call).join(), given -> given.statusCode() < 500);
        return PausedSandbox.taskOf(answer);
    }

    /** The call has one task, and a backup's objects are all there. */
    void requireDoneOnce(RepeatableCall call) {
        List<JsonNode> mine = new ArrayList<>();
        sandbox.node()
                .procedure("rds_task_status", Map.of())
                .body()
                .required("rows")
                .forEach(row -> {
                    if (call.row().entrySet().stream()
                            .allMatch(
                                    column -> row.path(column.getKey()).asText().equals(column.getValue()))) {
                        mine.add(row);
                    }
                });
        assertThat(mine).as("tasks of " + call).hasSize(1);
        assertThat(sandbox.node().keys()).containsAll(call.keys());
    }

    /** No unfinished upload is left but so many without any part. */
    void requireNoUploadsBut(int empty) {
        uploads.requireNoneBut(empty);
    }

    /** A restore of what the call made has the rows of its source. */
    void requireRestorable(RepeatableCall backup) throws Exception {
        RepeatableCall restore = RepeatableCall.restore("of-" + backup.name(), backup);
        sandbox.node().awaitSuccess(repeat(restore));
        requireCopy(restore);
    }

    /** The restored database is there, once, with the rows of its source; it is taken away afterwards. */
    void requireCopy(RepeatableCall restore) throws Exception {
        List<String> names = new ArrayList<>();
        sandbox.node()
                .get("/instances/sandbox/databases")
                .body()
                .required("databases")
                .forEach(found -> names.add(found.required("name").asText()));
        assertThat(names).containsOnlyOnce(restore.subject());
        RowComparison.requireEqualTables(sandbox.shop(), sandbox.node().database(restore.subject()));
        Path copy = ManagedCopies.directory(sandbox.data(), restore.subject());
        assertThat(copy).isDirectoryNotContaining("glob:**/pgdata.*");
        ManagedCopies.remove(sandbox.data(), restore.subject());
    }

    @Override
    public void close() {
        uploads.close();
    }
}
