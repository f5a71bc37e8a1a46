package io.bakstripe.node;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
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
 * <p>As {@link KilledBetweenRecordsIT}: {@code mvn verify} takes every second event once, in the kind of step that is latest in a sequence.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledChainIT {
    private static final String DATABASE = "rds_restore_database";
    private static final Map<String, Object> NORECOVERY = Map.of("with_norecovery", 1);

    private final PauseChoice choice = PauseChoice.ofSystemProperties();
    private final Set<String> tried = new HashSet<>(KilledBetweenRecordsIT.EXCHANGE);
    private PausedSandbox sandbox;
    private Evidence evidence;
    private KilledCalls kills;
    private RepeatableCall full;
    private RepeatableCall differential;
    private final List<RepeatableCall> logs = new ArrayList<>();
    private int cases;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        System.out.println("pauses: " + choice);
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
        kills = new KilledCalls(sandbox, evidence);
        full = RepeatableCall.backup("chain-full", 2);
        differential = RepeatableCall.differential("chain-differential");
        evidence.recordsOf(List.of(full));
        change();
        evidence.recordsOf(List.of(differential));
        change();
        evidence.recordsOf(List.of(taken(RepeatableCall.log("chain-log"))));
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

    /** The steps first: they restore sets whose source has not gone on yet. */
    @TestFactory
    Stream<DynamicTest> eachStepGoesOnWhereverItIsKilled() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        List<RepeatableCall> undisturbed = sequence("undisturbed");
        List<List<Write>> records = new ArrayList<>();
        for (RepeatableCall step : undisturbed) {
            records.add(evidence.recordsOf(List.of(step)));
        }
        evidence.requireCopy(undisturbed.get(undisturbed.size() - 1));
        for (int step = records.size() - 1; step >= 0; step--) {
            int killed = step;
            tests.addAll(tests(
                    "step " + (step + 1),
                    records.get(step),
                    (pause, number) -> killStep(killed, pause, "copy-" + number)));
        }
        tests.addAll(tests(
                "log", evidence.recordsOf(List.of(taken(RepeatableCall.log("undisturbed-log")))), (pause, number) -> {
                    change();
                    kills.at(pause, List.of(taken(RepeatableCall.log("log-" + number))));
                }));
        tests.addAll(tests(
                "differential",
                evidence.recordsOf(List.of(RepeatableCall.differential("undisturbed-differential"))),
                (pause, number) -> kills.at(pause, List.of(RepeatableCall.differential("differential-" + number)))));
        tests.add(DynamicTest.dynamicTest("all logs together", this::requireChain));
        return tests.stream();
    }

    private interface Case {
        void run(Pause pause, int number) throws Exception;
    }

    private List<DynamicTest> tests(String what, List<Write> records, Case each) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Pause pause : choice.of(records, event -> choice.all() || tried.add(event))) {
            int number = cases++;
            tests.add(DynamicTest.dynamicTest(what + " " + pause, () -> each.run(pause, number)));
        }
        return tests;
    }

    private RepeatableCall taken(RepeatableCall backup) {
        logs.add(backup);
        return backup;
    }

    /** Full, differential, log, finish. */
    private List<RepeatableCall> sequence(String name) {
        return List.of(
                fullStep(name),
                RepeatableCall.step(
                        DATABASE,
                        "RESTORE_DB_DIFFERENTIAL_NORECOVERY",
                        name,
                        differential,
                        Map.of("with_norecovery", 1, "type", "DIFFERENTIAL")),
                logStep(name, logs.get(0)),
                RepeatableCall.finish(name));
    }

    private RepeatableCall fullStep(String name) {
        return RepeatableCall.step(DATABASE, "RESTORE_DB_NORECOVERY", name, full, NORECOVERY);
    }

    private static RepeatableCall logStep(String name, RepeatableCall log) {
        return RepeatableCall.step("rds_restore_log", "RESTORE_DB_LOG_NORECOVERY", name, log, NORECOVERY);
    }

    private void killStep(int killed, Pause pause, String name) throws Exception {
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

    /** The logs whose backups were killed reach from the full backup to what the source has now. */
    private void requireChain() throws Exception {
        sandbox.node().awaitSuccess(evidence.repeat(fullStep("chain")));
        for (RepeatableCall log : logs) {
            sandbox.node().awaitSuccess(evidence.repeat(logStep("chain", log)));
        }
        RepeatableCall finish = RepeatableCall.finish("chain");
        sandbox.node().awaitSuccess(evidence.repeat(finish));
        evidence.requireCopy(finish);
    }
}
