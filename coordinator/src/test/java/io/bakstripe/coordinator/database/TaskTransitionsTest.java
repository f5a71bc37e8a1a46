package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.database.TaskTransitions.Transition;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.EventSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TaskTransitionsTest {
    @Test
    void takesExactlyTheDeclaredEventsInEveryPhase() {
        for (TaskPhase phase : TaskPhase.values()) {
            for (DatabaseEvent event : EventSamples.database()) {
                Set<TaskPhase> declared = TaskTransitions.ALL.stream()
                        .filter(row -> row.from() == phase && row.event() == event.getClass())
                        .map(Transition::to)
                        .collect(Collectors.toSet());
                if (declared.isEmpty()) {
                    assertThatThrownBy(() -> TaskTransitions.next(phase, event))
                            .as("%s in %s", event, phase)
                            .isInstanceOf(IllegalStateException.class);
                } else {
                    assertThat(declared).containsExactly(TaskTransitions.next(phase, event));
                }
            }
        }
    }

    @Test
    void leadsFromTheBeginningToEveryPhaseAndFromEveryPhaseToTheEnd() {
        for (TaskPhase phase : EnumSet.complementOf(EnumSet.of(TaskPhase.ABSENT))) {
            assertThat(reachable(TaskPhase.ABSENT)).contains(phase);
        }
        for (TaskPhase phase : EnumSet.complementOf(EnumSet.of(TaskPhase.ENDED))) {
            assertThat(reachable(phase)).contains(TaskPhase.ENDED);
        }
    }

    @Test
    void neverLeavesTheEnd() {
        assertThat(TaskTransitions.ALL).noneMatch(row -> row.from() == TaskPhase.ENDED);
    }

    @Test
    void neverRollsBackBehindTheCommitPoint() {
        assertThat(reachable(TaskPhase.PUBLISHING)).doesNotContain(TaskPhase.ROLLING_BACK, TaskPhase.OPENING);
    }

    @Test
    void isDrawnInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "task-lifecycle.md"));

        assertThat(page).contains("```mermaid\n" + TaskTransitions.mermaid() + "```");
    }

    @Test
    void refusesToReplayWhatCannotFollow() {
        assertThatThrownBy(() -> Given.after(
                        Given.backup(TaskPhase.WAITING), new DatabaseEvent.SetSealed(Given.ONE, 1, Samples.NOON)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("WAITING")
                .hasMessageContaining("SetSealed");
    }

    private static Set<TaskPhase> reachable(TaskPhase from) {
        Set<TaskPhase> found = EnumSet.of(from);
        boolean grew = true;
        while (grew) {
            grew = found.addAll(TaskTransitions.ALL.stream()
                    .filter(row -> found.contains(row.from()))
                    .map(Transition::to)
                    .collect(Collectors.toSet()));
        }
        return found;
    }
}
