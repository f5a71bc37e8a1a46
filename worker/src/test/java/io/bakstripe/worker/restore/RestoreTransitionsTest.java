package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.restore.RestoreFacts.Phase;
import io.bakstripe.worker.restore.RestoreTransitions.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RestoreTransitionsTest {
    static final List<RestoreEvent> EVENTS = List.of(
            new RestoreEvent.SetFound(
                    SampleStripe.SET,
                    "postgres",
                    List.of(new RestoreEvent.StripeFound(SampleSet.arn(SampleSet.key(1)), 100)),
                    Optional.empty()),
            new RestoreEvent.PartApplied(1, 1, 50),
            new RestoreEvent.FilesApplied(),
            new RestoreEvent.ServerOpened(),
            new RestoreEvent.StepKept(new RolledTo(new Lsn(7), Optional.empty(), false)),
            new RestoreEvent.ServerStands(),
            new RestoreEvent.AttemptDiscarded(false),
            new RestoreEvent.AttemptFailed(BackupError.STOPPED_BY_NODE.problem()));

    @Test
    void takesExactlyTheDeclaredEventsInEveryPhase() {
        assertThat(EVENTS).hasSize(RestoreEvent.class.getPermittedSubclasses().length);
        for (Phase phase : Phase.values()) {
            for (RestoreEvent event : EVENTS) {
                Set<Phase> declared = RestoreTransitions.ALL.stream()
                        .filter(row -> row.from() == phase && row.event() == event.getClass())
                        .map(Transition::to)
                        .collect(Collectors.toSet());
                if (declared.isEmpty()) {
                    assertThatThrownBy(() -> RestoreTransitions.next(phase, event))
                            .as("%s in %s", event, phase)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(phase.name());
                } else {
                    assertThat(declared).containsExactly(RestoreTransitions.next(phase, event));
                }
            }
        }
    }

    @Test
    void leadsFromTheBeginningToEveryPhaseAndFromEveryPhaseToAnEnd() {
        assertThat(reachable(Phase.FRESH)).containsExactlyInAnyOrder(Phase.values());
        for (Phase phase : EnumSet.complementOf(EnumSet.of(Phase.OPENED, Phase.STANDING))) {
            assertThat(reachable(phase)).contains(Phase.DISCARDED);
        }
        assertThat(RestoreTransitions.ALL)
                .noneMatch(row ->
                        row.from() == Phase.OPENED || row.from() == Phase.STANDING || row.from() == Phase.DISCARDED);
    }

    @Test
    void isDrawnInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "restore-lifecycle.md"));

        assertThat(page).contains("```mermaid\n" + RestoreTransitions.mermaid() + "```");
    }

    @Test
    void forgetsWhatWasDoneOfAnotherSet() {
        RestoreFacts applying = RestoreFacts.FRESH
                .setFound((RestoreEvent.SetFound) EVENTS.get(0))
                .partApplied(new RestoreEvent.PartApplied(1, 1, 50));

        assertThat(applying.setFound((RestoreEvent.SetFound) EVENTS.get(0)).doneBytes())
                .containsExactly(50L);
        RestoreEvent.SetFound other = new RestoreEvent.SetFound(
                SampleStripe.SET,
                "postgres",
                List.of(new RestoreEvent.StripeFound(SampleSet.arn("other.bak"), 100)),
                Optional.empty());
        assertThat(applying.setFound(other).doneBytes()).containsExactly(0L);
    }

    private static Set<Phase> reachable(Phase from) {
        Set<Phase> found = EnumSet.of(from);
        boolean grew = true;
        while (grew) {
            grew = found.addAll(RestoreTransitions.ALL.stream()
                    .filter(row -> found.contains(row.from()))
                    .map(Transition::to)
                    .collect(Collectors.toSet()));
        }
        return found;
    }
}
