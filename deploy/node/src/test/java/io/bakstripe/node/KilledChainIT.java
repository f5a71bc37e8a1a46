package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the node before and behind the records of differential and log backups and of every step of a restore sequence: after a start each goes on
 * to SUCCESS, once, the sequence goes on behind it, and the database at its end has the rows of its source.
 *
 * <p>As {@link KilledBetweenRecordsIT}: {@code mvn verify} takes each event once, now in one kind of step, now in another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledChainIT {
    private final PauseChoice choice = PauseChoice.ofSystemProperties();
    private final Set<String> tried = new LinkedHashSet<>();
    private PausedSandbox sandbox;
    private Evidence evidence;
    private KilledCalls kills;
    private RepeatableCall full;
    private RepeatableCall differential;
    private RepeatableCall log;
    private int cases;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        System.out.println("pauses: " + choice);
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
        kills = new KilledCalls(sandbox, evidence);
        full = RepeatableCall.backup("chain-full", 2);
        differential = RepeatableCall.differential("chain-differential");
        log = RepeatableCall.log("chain-log");
        evidence.recordsOf(List.of(full));
        change();
        evidence.recordsOf(List.of(differential));
        change();
        evidence.recordsOf(List.of(log));
    }

    private void change() throws Exception {
        TestHost.execute(
                sandbox.shop(),
                "UPDATE customers SET name = name || '.' WHERE id % 3 = 0",
                "CREATE TABLE IF NOT EXISTS later AS SELECT i FROM generate_series(1, 1000) i",
                "INSERT INTO later SELECT max(i) + 1 FROM later");
    }

    @AfterAll
    void stopSandbox() throws Exception {
        evidence.close();
        sandbox.close();
        RecordedTasks.read(sandbox.data()).requireOneEndEach();
    }

    @TestFactory
    Stream<DynamicTest> differentialAndLogBackupsGoOnWhereverTheyAreKilled() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        List<Write> ofLog = evidence.recordsOf(List.of(RepeatableCall.log("undisturbed-log")));
        List<Write> ofDifferential =
                evidence.recordsOf(List.of(RepeatableCall.differential("undisturbed-differential")));
        Set<String> events = new LinkedHashSet<>();
        for (Pause pause : choice.of(ofLog, event -> choice.all() || (events.add(event) && events.size() % 2 == 0))) {
            tests.add(DynamicTest.dynamicTest("log " + pause, () -> {
                RepeatableCall call = RepeatableCall.log("log-" + cases++);
                kills.at(pause, List.of(call));
            }));
        }
        Set<String> others = new LinkedHashSet<>();
        for (Pause pause :
                choice.of(ofDifferential, event -> choice.all() || (others.add(event) && others.size() % 2 == 1))) {
            tests.add(DynamicTest.dynamicTest("differential " + pause, () -> {
                RepeatableCall call = RepeatableCall.differential("differential-" + cases++);
                kills.at(pause, List.of(call));
            }));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyStepOfASequenceGoesOnWhereverItIsKilled() throws Exception {
        List<List<Write>> records = new ArrayList<>();
        for (RepeatableCall step : sequence("undisturbed")) {
            records.add(evidence.recordsOf(List.of(step)));
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (int step = records.size() - 1; step >= 0; step--) {
            int killed = step;
            for (Pause pause : choice.of(records.get(step), event -> choice.all() || tried.add(event))) {
                tests.add(DynamicTest.dynamicTest(
                        "step " + (step + 1) + " " + pause, () -> killAt(killed, pause, "copy-" + cases++)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static final String DATABASE = "rds_restore_database";

    /** Full, differential, log, finish. */
    private List<RepeatableCall> sequence(String name) {
        Map<String, Object> norecovery = Map.of("with_norecovery", 1);
        return List.of(
                RepeatableCall.step(DATABASE, "RESTORE_DB_NORECOVERY", name, full, norecovery),
                RepeatableCall.step(
                        DATABASE,
                        "RESTORE_DB_DIFFERENTIAL_NORECOVERY",
                        name,
                        differential,
                        Map.of("with_norecovery", 1, "type", "DIFFERENTIAL")),
                RepeatableCall.step("rds_restore_log", "RESTORE_DB_LOG_NORECOVERY", name, log, norecovery),
                RepeatableCall.finish(name));
    }

    private void killAt(int killed, Pause pause, String name) throws Exception {
        List<RepeatableCall> steps = sequence(name);
        for (int step = 0; step < steps.size(); step++) {
            if (step == killed) {
                kills.at(pause, List.of(steps.get(step)));
            } else {
                sandbox.node().awaitSuccess(evidence.repeat(steps.get(step)));
            }
        }
        evidence.requireCopy(steps.get(steps.size() - 1));
    }
}
