package io.bakstripe.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.worker.session.SessionTransitions.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionTransitionsTest {
    @Test
    void takesExactlyTheDeclaredCausesInEveryPhase() {
        for (SessionPhase phase : SessionPhase.values()) {
            for (SessionCause cause : SessionCause.values()) {
                List<SessionPhase> declared = SessionTransitions.ALL.stream()
                        .filter(row -> row.from() == phase && row.cause() == cause)
                        .map(Transition::to)
                        .toList();

                assertThat(declared).hasSizeLessThanOrEqualTo(1);
                assertThat(SessionTransitions.next(phase, cause).stream()).containsExactlyElementsOf(declared);
            }
        }
    }

    @Test
    void leadsFromTheBeginningToEveryPhaseAndFromEveryPhaseToTheEnd() {
        for (SessionPhase phase : SessionPhase.values()) {
            assertThat(reachable(SessionPhase.FRESH)).contains(phase);
            assertThat(reachable(phase)).contains(SessionPhase.ENDED);
        }
    }

    @Test
    void endsFromEveryPhaseThatIsNotEndingAlready() {
        for (SessionPhase phase : EnumSet.complementOf(EnumSet.of(SessionPhase.ENDING, SessionPhase.ENDED))) {
            assertThat(SessionTransitions.next(phase, SessionCause.TOLD_TO_END)).contains(SessionPhase.ENDING);
        }
    }

    @Test
    void neverOpensTwiceAndNeverLeavesAFailureButToEnd() {
        assertThat(SessionTransitions.ALL)
                .filteredOn(row -> row.to() == SessionPhase.OPENING)
                .extracting(Transition::from)
                .containsExactly(SessionPhase.FRESH);
        assertThat(SessionTransitions.ALL)
                .filteredOn(row -> row.from() == SessionPhase.FAILED)
                .extracting(Transition::to)
                .containsExactly(SessionPhase.ENDING);
    }

    @Test
    void isDrawnInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "session-lifecycle.md"));

        assertThat(page).contains("```mermaid\n" + SessionTransitions.mermaid() + "```");
    }

    private static Set<SessionPhase> reachable(SessionPhase from) {
        Set<SessionPhase> found = EnumSet.of(from);
        boolean grew = true;
        while (grew) {
            grew = found.addAll(SessionTransitions.ALL.stream()
                    .filter(row -> found.contains(row.from()))
                    .map(Transition::to)
                    .collect(Collectors.toSet()));
        }
        return found;
    }
}
