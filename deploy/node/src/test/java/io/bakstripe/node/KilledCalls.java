package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;

/** Calls whose node is killed while they are carried out, as their callers see it. */
final class KilledCalls {
    private final PausedSandbox sandbox;
    private final Evidence evidence;

    KilledCalls(PausedSandbox sandbox, Evidence evidence) {
        this.sandbox = sandbox;
        this.evidence = evidence;
    }

    /**
     * Kills the node at the pause while these calls run, starts it again, repeats the calls, and requires that each has one task, which succeeds; gives
     * their tasks in the same order.
     */
    List<Long> at(Pause pause, List<RepeatableCall> submitted) throws Exception {
        if (!sandbox.node().alive()) {
            sandbox.startAgain();
        }
        sandbox.awaitRest();
        int before = sandbox.pauses().writes().size();
        sandbox.pauses().set(pause);
        List<CompletableFuture<HttpResponse<String>>> answers =
                submitted.stream().map(sandbox::send).toList();
        await(pause.toString())
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> sandbox.pauses().reached() || passed(pause, before, submitted.size()));
        if (!sandbox.pauses().reached()) {
            sandbox.pauses().clear();
            // How often progress is recorded depends on speed; the first record of each kind is always there.
            assertThat(pause.occurrence()).as("%s never came", pause).isGreaterThan(1);
            Assumptions.abort(pause + " did not come this time");
        }
        sandbox.kill();
        List<Write> recorded = sandbox.pauses().writes();
        sandbox.pauses().clear();
        sandbox.startAgain();

        List<Long> tasks = new ArrayList<>();
        for (int call = 0; call < submitted.size(); call++) {
            long task = evidence.repeat(submitted.get(call));
            CompletableFuture<HttpResponse<String>> first = answers.get(call);
            if (!first.handle((answer, cut) -> cut != null).join()) {
                assertThat(task).isEqualTo(PausedSandbox.taskOf(first.join()));
            }
            sandbox.node().awaitSuccess(task);
            tasks.add(task);
            evidence.requireDoneOnce(submitted.get(call));
        }
        evidence.requireNoUploadsBut(UnknownUploads.of(recorded.subList(before, recorded.size())));
        return tasks;
    }

    /** Whether all calls are done without the pause; a write is noted a moment before the journal stops behind it. */
    private boolean passed(Pause pause, int before, int calls) {
        List<Write> writes = sandbox.pauses().writes();
        List<Write> since = writes.subList(before, writes.size());
        return count(since, "slot-returned/1") == calls && count(since, pause.event()) < pause.occurrence();
    }

    private static long count(List<Write> writes, String event) {
        return writes.stream().filter(write -> write.events().contains(event)).count();
    }
}
