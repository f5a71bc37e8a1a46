package io.bakstripe.coordinator.sequence;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a set fits a database that is RESTORING (SQL Server's chain of backups; messages 3120, 3136, 3154, 4305, 4312, 4319, 4326, 4330, 4335, 4338).
 *
 * <p>Several rules may be broken at once; the first in this order is told: another server, another fork, an interrupted step, and then what the kind of set
 * asks for.
 */
final class ChainRules {
    private static final String REACHED =
            "The restore has reached the moment it was to stop at, %s: no further log is needed, finish it with rds_finish_restore. To"
                    + " go beyond it, restore the log that it stopped in again, without stopat or with a later one.";

    private ChainRules() {}

    /**
     * Why the set cannot be restored next; empty when it can.
     *
     * @param stopAt of a log
     */
    static Optional<Problem> refusal(RestorePosition position, SetFacts set, Optional<Instant> stopAt) {
        return otherServer(position, set)
                .or(() -> otherFork(position, set))
                .or(() -> interrupted(position, set))
                .or(() -> set.type() == BackupType.LOG
                        ? ofLog(position, set).or(() -> stopAt.flatMap(at -> ofTime(position, set, at)))
                        : ofDifferential(position, set));
    }

    private static Optional<Problem> otherServer(RestorePosition position, SetFacts set) {
        String from = set.start().systemIdentifier();
        return when(
                !from.equals(position.systemIdentifier()),
                () -> BackupError.OTHER_DATABASE.problem(position.display(), from, position.systemIdentifier()));
    }

    /** Every copy of a server keeps its identifier and goes on with the same timeline: only the fork tells two of them apart. */
    private static Optional<Problem> otherFork(RestorePosition position, SetFacts set) {
        Optional<String> fork = set.start().recoveryFork();
        boolean otherTimeline = set.start().timeline() != position.timeline();
        boolean otherFork =
                fork.isPresent() && position.recoveryFork().isPresent() && !fork.equals(position.recoveryFork());
        return when(
                otherTimeline || otherFork,
                () -> BackupError.OTHER_FORK.problem(
                        named(fork, set.start().timeline()), named(position.recoveryFork(), position.timeline())));
    }

    private static String named(Optional<String> fork, int timeline) {
        return fork.orElse("unknown") + ", timeline " + timeline;
    }

    private static Optional<Problem> interrupted(RestorePosition position, SetFacts set) {
        return position.interrupted()
                .filter(step -> !step.set().equals(set.setId()))
                .map(step -> BackupError.STEP_INTERRUPTED.problem(step.file(), step.set()));
    }

    private static Optional<Problem> ofDifferential(RestorePosition position, SetFacts set) {
        if (!set.baseSet().equals(Optional.of(position.baseSet()))) {
            return Optional.of(BackupError.WRONG_BASE.problem(
                    set.baseSet().map(Object::toString).orElse("none"), position.baseSet()));
        }
        // A step that was broken off is to be repeated however far the database had come before.
        return when(
                position.interrupted().isEmpty() && set.lastLsn().compareTo(position.redoLsn()) <= 0,
                () -> BackupError.SET_TOO_OLD.problem(set.lastLsn(), position.redoLsn()));
    }

    private static Optional<Problem> ofLog(RestorePosition position, SetFacts set) {
        if (position.redoLsn().compareTo(set.firstLsn()) < 0) {
            return Optional.of(set.start()
                    .log()
                    .filter(span -> position.redoLsn().compareTo(span.chainFirstLsn()) < 0)
                    .map(span -> BackupError.LOG_GAP.problem(span.chainFirstLsn(), position.redoLsn()))
                    .orElseGet(() -> tooRecent(position, set)));
        }
        return when(
                set.lastLsn().compareTo(position.redoLsn()) <= 0,
                () -> BackupError.LOG_TOO_EARLY.problem(set.lastLsn(), position.redoLsn()));
    }

    /** Whoever gives one moment with every log meets this behind the log that the moment lay in: there is nothing more to restore then. */
    private static Problem tooRecent(RestorePosition position, SetFacts set) {
        Problem problem = BackupError.LOG_TOO_RECENT.problem(set.firstLsn(), position.redoLsn());
        return position.stoppedAt()
                .map(moment -> problem.withHint(REACHED.formatted(StopAt.shown(moment))))
                .orElse(problem);
    }

    private static Optional<Problem> ofTime(RestorePosition position, SetFacts set, Instant stopAt) {
        Optional<Instant> since = set.start().log().map(LogSpan::since);
        if (since.filter(stopAt::isBefore).isPresent()) {
            return since.map(begin ->
                    BackupError.STOPAT_TOO_EARLY.problem(StopAt.shown(begin)).on("stopat"));
        }
        return position.lastCommit()
                .filter(last -> !stopAt.isAfter(last))
                .map(last ->
                        BackupError.STOPAT_PASSED.problem(StopAt.shown(last)).on("stopat"));
    }

    private static Optional<Problem> when(boolean broken, java.util.function.Supplier<Problem> problem) {
        return broken ? Optional.of(problem.get()) : Optional.empty();
    }
}
