package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.stripe.StartFacts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What can move a session from one phase to another: a tick, by what it wants and what is recorded, or the outcome of a step. */
enum SessionCause {
    /** Be open; nothing is recorded. */
    TOLD_TO_OPEN,
    /** Be open; that the session was opened is recorded. */
    TOLD_TO_STAY_OPEN,
    /** Stop the engine's backup; no stop is recorded. */
    TOLD_TO_STOP,
    /** Hold the log of a stop that is recorded. */
    TOLD_TO_STAY_STOPPED,
    /** What is recorded is another session's backup, not this one's. */
    TOLD_OF_ANOTHER,
    TOLD_TO_END,

    OPENED,
    ENGINE_STOPPED,
    TAKEN_UP,
    RELEASED,
    /** The server no longer holds what it held for this session. */
    HOLD_LOST,
    /** A step failed in a way that another try may not meet. */
    UNANSWERED,
    /** A step failed for good. */
    REFUSED;

    /** @param own what this session opened or took up itself, if anything */
    static SessionCause of(Ensure tick, Optional<StartFacts> own) {
        if (tick.goal() == SessionGoal.END) {
            return TOLD_TO_END;
        }
        boolean opened = tick.opened().isPresent();
        if (opened && own.isPresent() && !sameBackup(tick.opened().get(), own.get())) {
            return TOLD_OF_ANOTHER;
        }
        if (opened && tick.stopped().isPresent()) {
            return TOLD_TO_STAY_STOPPED;
        }
        if (tick.goal() == SessionGoal.STOP_ENGINE) {
            return TOLD_TO_STOP;
        }
        return opened ? TOLD_TO_STAY_OPEN : TOLD_TO_OPEN;
    }

    /** Where and on which history it began, and for logs when: they begin where the one before ended. Instants may lose digits on their way. */
    private static boolean sameBackup(StartFacts one, StartFacts other) {
        return one.systemIdentifier().equals(other.systemIdentifier())
                && one.timeline() == other.timeline()
                && one.firstLsn().equals(other.firstLsn())
                && fence(one).equals(fence(other));
    }

    private static Optional<Instant> fence(StartFacts facts) {
        return facts.log().map(span -> span.fence().truncatedTo(ChronoUnit.MILLIS));
    }
}
