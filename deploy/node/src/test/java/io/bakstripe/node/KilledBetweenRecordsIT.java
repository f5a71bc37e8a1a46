package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the node before and behind every record of a backup, of a restore, and of what the coordinators say to one another: after a start
 * the tasks end in SUCCESS, once, and what they made is right.
 *
 * <p>Which records there are is taken from undisturbed runs. {@code mvn verify} takes each event once, before or behind it as a seed says; {@code
 * -Dbakstripe.pauses=all} takes every record on both sides.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledBetweenRecordsIT {
    private static final Set<String> EXCHANGE =
            Set.of("task-registered/1", "task-created/1", "slot-granted/1", "slot-released/1", "slot-returned/1");

    private final PauseChoice choice = PauseChoice.ofSystemProperties();
    private PausedSandbox sandbox;
    private SandboxUploads uploads;
    private int calls;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        System.out.println("pauses: " + choice);
        sandbox = PausedSandbox.start(data);
        uploads = new SandboxUploads(sandbox.store());
    }

    @AfterAll
    void stopSandbox() throws Exception {
        uploads.close();
        sandbox.close();
        RecordedTasks.read(sandbox.data()).requireOneEndEach();
    }

    @TestFactory
    Stream<DynamicTest> backupGoesOnWhereverItIsKilled() throws Exception {
        List<Pause> pauses = choice.of(recordsOf(List.of(RepeatableCall.backup("undisturbed-backup", 2))), event -> true);
        return tests(pauses, pause -> {
            RepeatableCall backup = RepeatableCall.backup("backup-" + calls++, 2);
            killAt(pause, List.of(backup));
            requireRestorable(backup);
        });
    }

    @TestFactory
    Stream<DynamicTest> restoreGoesOnWhereverItIsKilled() throws Exception {
        RepeatableCall set = RepeatableCall.backup("to-be-restored", 2);
        recordsOf(List.of(set));
        RepeatableCall undisturbed = RepeatableCall.restore("undisturbed", set);
        List<Pause> pauses = choice.of(recordsOf(List.of(undisturbed)), event -> !EXCHANGE.contains(event));
        requireCopy(undisturbed);
        return tests(pauses, pause -> {
            RepeatableCall restore = RepeatableCall.restore("copy-" + calls++, set);
            killAt(pause, List.of(restore));
            requireCopy(restore);
        });
    }

    @TestFactory
    Stream<DynamicTest> twoCallsAtOnceGetOneTaskEachWhereverTheExchangeIsKilled() throws Exception {
        RepeatableCall set = RepeatableCall.backup("for-two-calls", 1);
        recordsOf(List.of(set));
        List<RepeatableCall> undisturbed = List.of(RepeatableCall.backup("one-of-two", 1), RepeatableCall.restore("two-of-two", set));
        List<Pause> pauses = choice.of(recordsOf(undisturbed), EXCHANGE::contains);
        requireCopy(undisturbed.get(1));
        return tests(pauses, pause -> {
            List<RepeatableCall> both = List.of(RepeatableCall.backup("both-" + calls, 1), RepeatableCall.restore("both-" + calls++, set));
            killAt(pause, both);
            requireCopy(both.get(1));
        });
    }

    /** What a node records of these calls when nobody disturbs it. */
    private List<Write> recordsOf(List<RepeatableCall> undisturbed) throws Exception {
        int before = sandbox.pauses().writes().size();
        List<CompletableFuture<HttpResponse<String>>> answers =
                undisturbed.stream().map(sandbox::send).toList();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            sandbox.node().awaitSuccess(PausedSandbox.taskOf(answer.join()));
        }
        sandbox.awaitRest();
        List<Write> all = sandbox.pauses().writes();
        return all.subList(before, all.size());
    }

    private interface Case {
        void run(Pause pause) throws Exception;
    }

    private static Stream<DynamicTest> tests(List<Pause> pauses, Case each) {
        assertThat(pauses).isNotEmpty();
        return pauses.stream().map(pause -> DynamicTest.dynamicTest(pause.toString(), () -> each.run(pause)));
    }

    /** Kills the node at the pause while these calls run, starts it again, and waits for their success. */
    private void killAt(Pause pause, List<RepeatableCall> submitted) throws Exception {
        if (!sandbox.node().alive()) {
            sandbox.startAgain();
        }
        sandbox.awaitRest();
        int before = sandbox.pauses().writes().size();
        sandbox.pauses().set(pause);
        List<CompletableFuture<HttpResponse<String>>> answers =
                submitted.stream().map(sandbox::send).toList();
        await(pause.toString())
                .atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> sandbox.pauses().reached() || ended(before) == submitted.size());
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

        for (int call = 0; call < submitted.size(); call++) {
            long task = repeat(submitted.get(call));
            CompletableFuture<HttpResponse<String>> first = answers.get(call);
            if (!first.handle((answer, cut) -> cut != null).join()) {
                assertThat(task).isEqualTo(PausedSandbox.taskOf(first.join()));
            }
            sandbox.node().awaitSuccess(task);
            requireOneRow(submitted.get(call));
        }
        uploads.requireNoneBut(UnknownUploads.of(recorded.subList(before, recorded.size())));
        assertThat(sandbox.node().keys()).containsAll(submitted.stream().flatMap(call -> call.keys().stream()).toList());
    }

    private long ended(int before) {
        return sandbox.pauses().writes().stream()
                .skip(before)
                .filter(write -> write.events().contains("slot-returned/1"))
                .count();
    }

    /** The same call once more, until the node knows whether the first one made a task. */
    private long repeat(RepeatableCall call) {
        HttpResponse<String> answer = await("an answer to " + call)
                .atMost(Duration.ofSeconds(60))
                .until(() -> sandbox.send(call).join(), given -> given.statusCode() < 500);
        return PausedSandbox.taskOf(answer);
    }

    private void requireOneRow(RepeatableCall call) {
        List<String> subjects = new ArrayList<>();
        sandbox.node()
                .procedure("rds_task_status", Map.of())
                .body()
                .required("rows")
                .forEach(row -> subjects.add(row.path(call.subjectColumn()).asText()));
        assertThat(subjects).containsOnlyOnce(call.subject());
    }

    private void requireRestorable(RepeatableCall backup) throws Exception {
        RepeatableCall restore = RepeatableCall.restore("of-" + backup.name(), backup);
        sandbox.node().awaitSuccess(PausedSandbox.taskOf(sandbox.send(restore).join()));
        requireCopy(restore);
    }

    /** The restored database is there, once, with the rows of its source; it is taken away afterwards. */
    private void requireCopy(RepeatableCall restore) throws Exception {
        String name = restore.subject();
        List<String> names = new ArrayList<>();
        sandbox.node()
                .get("/instances/sandbox/databases")
                .body()
                .required("databases")
                .forEach(found -> names.add(found.required("name").asText()));
        assertThat(names).containsOnlyOnce(name);
        RowComparison.requireEqualTables(sandbox.shop(), sandbox.node().database(name));
        ManagedCopies.remove(sandbox.data(), name);
    }
}
