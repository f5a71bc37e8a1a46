package io.bakstripe.worker.session;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.worker.session.SessionHold.Begun;
import io.bakstripe.worker.session.SessionHold.Finished;
import org.jspecify.annotations.Nullable;

/**
 * What a session has to tell its coordinator.
 *
 * @param epoch of the latest tick
 * @param begun absent before the engine's backup was opened, and after it was lost
 * @param finished absent before its closing plan is there
 * @param problem of a session that failed
 */
record SessionReport(
        AttemptRef attempt,
        long epoch,
        @Nullable Begun begun,
        @Nullable Finished finished,
        @Nullable Problem problem) {
    /** The report of this phase; null when it has none, or what it would tell is not there. */
    @Nullable DatabaseCommand of(SessionPhase phase) {
        return switch (phase) {
            case OPEN ->
                begun == null
                        ? null
                        : new DatabaseCommand.SessionOpened(
                                attempt, epoch, begun.facts(), begun.plan().stripeBytes(), begun.statements());
            case STOPPED ->
                finished == null
                        ? null
                        : new DatabaseCommand.EngineStopped(
                                attempt,
                                epoch,
                                finished.known().stopped().facts(),
                                finished.known().stopped().inline(),
                                finished.plan().stripeBytes(),
                                finished.statements());
            case FAILED -> problem == null ? null : new DatabaseCommand.SessionFailed(attempt, epoch, problem);
            case ENDED -> new DatabaseCommand.SessionEnded(attempt, epoch);
            default -> null;
        };
    }
}
