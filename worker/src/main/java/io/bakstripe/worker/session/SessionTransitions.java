package io.bakstripe.worker.session;

import static io.bakstripe.worker.session.SessionPhase.ENDED;
import static io.bakstripe.worker.session.SessionPhase.ENDING;
import static io.bakstripe.worker.session.SessionPhase.FAILED;
import static io.bakstripe.worker.session.SessionPhase.FRESH;
import static io.bakstripe.worker.session.SessionPhase.OPEN;
import static io.bakstripe.worker.session.SessionPhase.OPENING;
import static io.bakstripe.worker.session.SessionPhase.STOPPED;
import static io.bakstripe.worker.session.SessionPhase.STOPPING;
import static io.bakstripe.worker.session.SessionPhase.TAKING_UP;
import static io.bakstripe.worker.session.SessionPhase.UNGIVEN;
import static io.bakstripe.worker.session.SessionPhase.UNHELD;

import java.util.List;
import java.util.Optional;

/**
 * The life of a session as one declared table. What is not in it moves nothing: a tick is answered with the report of the phase, an outcome is that of
 * a step that nobody waits for any more.
 */
final class SessionTransitions {
    /** One row of the table. */
    record Transition(SessionPhase from, SessionCause cause, SessionPhase to) {}

    static final List<Transition> ALL = List.of(
            row(FRESH, SessionCause.TOLD_TO_OPEN, OPENING),
            row(FRESH, SessionCause.TOLD_TO_STAY_OPEN, FAILED),
            row(FRESH, SessionCause.TOLD_TO_STOP, FAILED),
            row(FRESH, SessionCause.TOLD_TO_STAY_STOPPED, TAKING_UP),
            row(FRESH, SessionCause.TOLD_TO_END, ENDING),
            row(OPENING, SessionCause.OPENED, OPEN),
            row(OPENING, SessionCause.REFUSED, FAILED),
            row(OPENING, SessionCause.TOLD_TO_END, ENDING),
            row(OPEN, SessionCause.TOLD_TO_STOP, STOPPING),
            row(OPEN, SessionCause.TOLD_TO_STAY_STOPPED, FAILED),
            row(OPEN, SessionCause.TOLD_OF_ANOTHER, FAILED),
            row(OPEN, SessionCause.HOLD_LOST, FAILED),
            row(OPEN, SessionCause.TOLD_TO_END, ENDING),
            row(STOPPING, SessionCause.ENGINE_STOPPED, STOPPED),
            row(STOPPING, SessionCause.REFUSED, FAILED),
            row(STOPPING, SessionCause.TOLD_TO_END, ENDING),
            row(STOPPED, SessionCause.HOLD_LOST, TAKING_UP),
            row(STOPPED, SessionCause.TOLD_OF_ANOTHER, FAILED),
            row(STOPPED, SessionCause.TOLD_TO_END, ENDING),
            row(TAKING_UP, SessionCause.TAKEN_UP, STOPPED),
            row(TAKING_UP, SessionCause.UNANSWERED, UNHELD),
            row(TAKING_UP, SessionCause.REFUSED, FAILED),
            row(TAKING_UP, SessionCause.TOLD_TO_END, ENDING),
            row(UNHELD, SessionCause.TOLD_TO_STOP, TAKING_UP),
            row(UNHELD, SessionCause.TOLD_TO_STAY_STOPPED, TAKING_UP),
            row(UNHELD, SessionCause.TOLD_OF_ANOTHER, FAILED),
            row(UNHELD, SessionCause.TOLD_TO_END, ENDING),
            row(FAILED, SessionCause.TOLD_TO_END, ENDING),
            row(ENDING, SessionCause.UNANSWERED, UNGIVEN),
            row(ENDING, SessionCause.RELEASED, ENDED),
            row(UNGIVEN, SessionCause.TOLD_TO_END, ENDING));

    private SessionTransitions() {}

    private static Transition row(SessionPhase from, SessionCause cause, SessionPhase to) {
        return new Transition(from, cause, to);
    }

    /** The phase that {@code cause} leads to; empty when it moves nothing. */
    static Optional<SessionPhase> next(SessionPhase from, SessionCause cause) {
        return ALL.stream()
                .filter(row -> row.from() == from && row.cause() == cause)
                .findFirst()
                .map(Transition::to);
    }

    /** The table as a Mermaid state diagram. */
    static String mermaid() {
        StringBuilder diagram = new StringBuilder("stateDiagram-v2\n    [*] --> FRESH\n");
        for (Transition row : ALL) {
            diagram.append("    ").append(row.from()).append(" --> ").append(row.to());
            diagram.append(": ").append(row.cause()).append('\n');
        }
        return diagram.append("    ENDED --> [*]\n").toString();
    }
}
