package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.name.AttemptRef;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a report of a worker changes. Reports of another attempt or epoch than the running one change nothing. */
final class Reports {
    /** Phases in which nothing more is wanted of the session than its end. */
    private static final Set<TaskPhase> ENDING = EnumSet.of(TaskPhase.ROLLING_BACK, TaskPhase.PUBLISHING);

    private Reports() {}

    /** What is known after {@code report}; empty when it is ignored. */
    static Optional<Live> taken(DatabaseRecord state, Live live, DatabaseCommand report) {
        if (report instanceof SessionOpened opened) {
            return of(state, opened.attempt(), opened.epoch()).map(task -> live.opened(opened));
        } else if (report instanceof StripeReport stripe) {
            return of(state, stripe.stripe().attempt(), stripe.epoch()).map(task -> live.stripe(stripe));
        } else if (report instanceof EngineStopped stopped) {
            return of(state, stopped.attempt(), stopped.epoch()).map(task -> live.stopped(stopped));
        } else if (report instanceof SessionEnded ended) {
            return of(state, ended.attempt(), ended.epoch()).map(task -> live.sessionEnded());
        } else if (report instanceof SessionFailed failed) {
            // A session that was lost holds nothing any more, which is all that is wanted of one that is to end.
            return of(state, failed.attempt(), failed.epoch())
                    .map(task ->
                            ENDING.contains(task.phase()) ? live.sessionEnded() : live.sessionFailed(failed.problem()));
        } else if (report instanceof RestoreReport restore) {
            return of(state, restore.attempt(), restore.epoch()).map(task -> live.restore(restore));
        }
        throw new IllegalArgumentException(report + " is no report");
    }

    /** What is known once pre-flight has answered whether the task may begin that holds the slot. */
    static Live taken(Live live, Preflights.StartChecked checked) {
        return live.slot().equals(Optional.of(checked.task()))
                ? live.start(live.start().answered(checked.refusal(), checked.warnings(), checked.set()))
                : live;
    }

    /** What is known once pre-flight has answered whether the targets are still free. */
    static Live taken(DatabaseRecord state, Live live, Preflights.TargetsChecked checked) {
        return ofAttempt(state, checked.attempt()).isPresent()
                ? live.targets(live.targets().answered(checked.refusal()))
                : live;
    }

    /** The running task, if this is its present attempt. */
    private static Optional<TaskState> ofAttempt(DatabaseRecord state, AttemptRef attempt) {
        return state.running().filter(task -> task.attemptRef().equals(attempt));
    }

    private static Optional<TaskState> of(DatabaseRecord state, AttemptRef attempt, long epoch) {
        return ofAttempt(state, attempt).filter(task -> task.running().epoch() == epoch);
    }
}
