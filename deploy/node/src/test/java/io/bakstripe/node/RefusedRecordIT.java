package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that dies alone, with its streams and requests, while its node lives on: the journal refuses one of its records, which breaks it down. It
 * comes back by itself and the task ends in SUCCESS.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RefusedRecordIT {
    private PausedSandbox sandbox;
    private Evidence evidence;
    private int calls;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
    }

    @AfterAll
    void stopSandbox() throws Exception {
        evidence.close();
        sandbox.close();
        RecordedTasks.read(sandbox.data()).requireOneEndEach();
    }

    @TestFactory
    Stream<DynamicTest> backupSucceedsWhicheverRecordOfAStripeIsRefused() throws Exception {
        List<Write> records = evidence.recordsOf(List.of(RepeatableCall.backup("undisturbed-backup", 2)));
        return refusals(records, "stripe|")
                .map(pause -> DynamicTest.dynamicTest(pause.toString(), () -> {
                    RepeatableCall backup = RepeatableCall.backup("backup-" + calls++, 2);
                    refuse(pause, backup);
                    evidence.requireRestorable(backup);
                }));
    }

    @TestFactory
    Stream<DynamicTest> restoreSucceedsWhicheverRecordOfItsWorkerIsRefused() throws Exception {
        RepeatableCall set = RepeatableCall.backup("to-be-restored", 2);
        evidence.recordsOf(List.of(set));
        RepeatableCall undisturbed = RepeatableCall.restore("undisturbed", set);
        List<Write> records = evidence.recordsOf(List.of(undisturbed));
        evidence.requireCopy(undisturbed);
        return refusals(records, "restore-worker|")
                .map(pause -> DynamicTest.dynamicTest(pause.toString(), () -> {
                    RepeatableCall restore = RepeatableCall.restore("copy-" + calls++, set);
                    refuse(pause, restore);
                    evidence.requireCopy(restore);
                }));
    }

    /** The second write of each event where there are several: something is recorded then that must not be lost. */
    private static Stream<Pause> refusals(List<Write> records, String kind) {
        List<String> events = records.stream()
                .filter(write -> write.persistenceId().startsWith(kind))
                .map(write -> write.events().get(0))
                .toList();
        assertThat(events).isNotEmpty();
        return events.stream()
                .distinct()
                .map(event -> new Pause(
                        event, events.indexOf(event) == events.lastIndexOf(event) ? 1 : 2, Pause.Moment.REFUSED));
    }

    private void refuse(Pause pause, RepeatableCall call) throws Exception {
        sandbox.awaitRest();
        int before = sandbox.pauses().writes().size();
        sandbox.pauses().set(pause);
        long task = evidence.repeat(call);
        await(pause.toString())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(sandbox.pauses()::reached);
        sandbox.node().awaitSuccess(task);
        sandbox.pauses().clear();
        evidence.requireDoneOnce(call);
        boolean createdInVain = pause.event().equals("stripe-upload-created/1");
        evidence.requireNoUploadsBut(createdInVain ? 1 : 0);
        assertThat(sandbox.pauses().writes()).hasSizeGreaterThan(before);
    }
}
