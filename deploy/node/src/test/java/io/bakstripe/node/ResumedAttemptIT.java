package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was stored is not stored again: an attempt goes on where its record ends, a worker alone at any time, a whole node from the engine's stop on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResumedAttemptIT {
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
        // Each part was recorded once, each begins in the plan where the one before ended.
        RecordedParts.read(sandbox.data()).requireContiguous();
    }

    /** From the record of the stop on, what comes next of each kind: the node dies when it is recorded and not yet known. */
    @TestFactory
    Stream<DynamicTest> nodeKilledAfterTheEngineStopGoesOnInTheSameAttempt() throws Exception {
        List<String> events = evidence.recordsOf(List.of(RepeatableCall.backup("undisturbed-backup", 2))).stream()
                .map(write -> write.events().get(0))
                .toList();
        int stop = events.indexOf("backup-stopped/1");
        assertThat(stop).isPositive();
        List<Pause> pauses = events.subList(stop, events.size()).stream()
                .distinct()
                .map(event -> new Pause(
                        event,
                        1
                                + (int) events.subList(0, stop).stream()
                                        .filter(event::equals)
                                        .count(),
                        Pause.Moment.AFTER))
                .toList();
        KilledCalls kills = new KilledCalls(sandbox, evidence);
        return pauses.stream()
                .map(pause -> DynamicTest.dynamicTest(pause.toString(), () -> {
                    RepeatableCall backup = RepeatableCall.backup("backup-" + calls++, 2);
                    long task = kills.at(pause, List.of(backup)).get(0);
                    assertThat(attempt(task)).isEqualTo(1);
                    evidence.requireRestorable(backup);
                }));
    }

    @Test
    void workerKilledAloneGoesOnAfterItsLastRecordedPart() throws Exception {
        RepeatableCall backup = RepeatableCall.backup("worker-alone", 2);
        int before = sandbox.pauses().writes().size();
        sandbox.pauses().set(new Pause("stripe-part-stored/1", 3, Pause.Moment.REFUSED));
        long task = evidence.repeat(backup);
        await("the refusal").atMost(Duration.ofSeconds(60)).until(sandbox.pauses()::reached);

        sandbox.node().awaitSuccess(task);

        assertThat(attempt(task)).isEqualTo(1);
        List<Write> writes = sandbox.pauses().writes();
        assertThat(writes.subList(before, writes.size()).stream()
                        .filter(write -> write.events().contains("stripe-upload-created/1")))
                .as("uploads begun")
                .hasSize(2);
        evidence.requireDoneOnce(backup);
        evidence.requireNoUploadsBut(0);
        evidence.requireRestorable(backup);
    }

    private int attempt(long task) {
        JsonNode detail = sandbox.node().task(task);
        assertThat(detail.required("stripes"))
                .as(Map.of("task", task).toString())
                .hasSize(2);
        return detail.required("attempt").asInt();
    }
}
