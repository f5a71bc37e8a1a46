package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the node before and behind every record of a backup, of a restore, and of what the coordinators say to one another: after a start
 * the tasks end in SUCCESS, once, and what they made is right.
 *
 * <p>Which records there are is taken from undisturbed runs. {@code mvn verify} takes every second event once, before or behind it as a seed says; {@code
 * -Dbakstripe.pauses=each} takes each event once and {@code all} every record on both sides.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledBetweenRecordsIT {
    /** What coordinators say to one another for each task. */
    static final Set<String> EXCHANGE =
            Set.of("task-registered/1", "task-created/1", "slot-granted/1", "slot-released/1", "slot-returned/1");

    /** A restore takes as long as the rest of a case: unless there is time for everything, every third set is restored. */
    private static final int RESTORED = 3;

    private final PauseChoice choice = PauseChoice.ofSystemProperties();
    private PausedSandbox sandbox;
    private Evidence evidence;
    private KilledCalls kills;
    private int calls;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        System.out.println("pauses: " + choice);
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
        kills = new KilledCalls(sandbox, evidence);
    }

    @AfterAll
    void stopSandbox() throws Exception {
        evidence.close();
        sandbox.close();
        RecordedTasks.read(sandbox.data()).requireOneEndEach();
    }

    @TestFactory
    Stream<DynamicTest> backupGoesOnWhereverItIsKilled() throws Exception {
        List<Write> records = evidence.recordsOf(List.of(RepeatableCall.backup("undisturbed-backup", 2)));
        return tests(choice.of(records, event -> choice.all() || !EXCHANGE.contains(event)), pause -> {
            RepeatableCall backup = RepeatableCall.backup("backup-" + calls++, 2);
            kills.at(pause, List.of(backup));
            if (choice.all() || calls % RESTORED == 0) {
                evidence.requireRestorable(backup);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> restoreGoesOnWhereverItIsKilled() throws Exception {
        RepeatableCall set = RepeatableCall.backup("to-be-restored", 2);
        evidence.recordsOf(List.of(set));
        RepeatableCall undisturbed = RepeatableCall.restore("undisturbed", set);
        List<Write> records = evidence.recordsOf(List.of(undisturbed));
        evidence.requireCopy(undisturbed);
        return tests(choice.of(records, event -> choice.all() || !EXCHANGE.contains(event)), pause -> {
            RepeatableCall restore = RepeatableCall.restore("copy-" + calls++, set);
            kills.at(pause, List.of(restore));
            evidence.requireCopy(restore);
        });
    }

    @TestFactory
    Stream<DynamicTest> twoCallsAtOnceGetOneTaskEachWhereverTheExchangeIsKilled() throws Exception {
        RepeatableCall set = RepeatableCall.backup("for-two-calls", 1);
        evidence.recordsOf(List.of(set));
        List<RepeatableCall> undisturbed =
                List.of(RepeatableCall.backup("one-of-two", 1), RepeatableCall.restore("two-of-two", set));
        List<Write> records = evidence.recordsOf(undisturbed);
        evidence.requireCopy(undisturbed.get(1));
        return tests(choice.of(records, EXCHANGE::contains), pause -> {
            List<RepeatableCall> both = List.of(
                    RepeatableCall.backup("backup-of-two-" + calls, 1),
                    RepeatableCall.restore("copy-of-two-" + calls++, set));
            kills.at(pause, both);
            evidence.requireCopy(both.get(1));
        });
    }

    private interface Case {
        void run(Pause pause) throws Exception;
    }

    private static Stream<DynamicTest> tests(List<Pause> pauses, Case each) {
        assertThat(pauses).isNotEmpty();
        return pauses.stream().map(pause -> DynamicTest.dynamicTest(pause.toString(), () -> each.run(pause)));
    }
}
