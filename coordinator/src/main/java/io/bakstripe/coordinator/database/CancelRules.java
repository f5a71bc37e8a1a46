package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.procedure.FinishRequest;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a task may be cancelled, and what that records.
 *
 * <p>Whichever of commit point and request is recorded first holds. A restore is past cancelling once what it wrote may be part of the database or its
 * server may have been started; a task that only opens a database cannot be cancelled at all (row C2).
 */
final class CancelRules {
    /**
     * @param reply to be given at once; absent where the task's row is to be shown once the events are recorded
     */
    record Decision(List<DatabaseEvent> events, Optional<CancelReply> reply) {
        Decision {
            events = List.copyOf(events);
        }
    }

    private static final Set<TaskPhase> TOO_LATE =
            EnumSet.of(TaskPhase.KEEPING, TaskPhase.KEPT, TaskPhase.RECOVERING, TaskPhase.RECOVERED);

    private CancelRules() {}

    static Decision decide(DatabaseRecord state, Cancel call, Instant now) {
        return state.unfinished(call.task())
                .map(task -> unfinished(task, call, now))
                .or(() -> state.ended(call.task()).map(ended -> ended(ended, call)))
                .orElseGet(() -> answer(new CancelReply.Unknown()));
    }

    private static Decision unfinished(TaskState task, Cancel call, Instant now) {
        if (task.cancellation().isPresent()) {
            return new Decision(List.of(), Optional.empty());
        }
        boolean finish = task.origin().request() instanceof FinishRequest;
        if (finish || TOO_LATE.contains(task.phase())) {
            return answer(new CancelReply.Refused(BackupError.CANCEL_TOO_LATE.problem(task.id())));
        }
        CancelRequested requested = new CancelRequested(task.id(), call.login().name(), key(call), now);
        if (task.phase() != TaskPhase.WAITING) {
            return new Decision(List.of(requested), Optional.empty());
        }
        // Nothing was begun: request and end are recorded together.
        List<DatabaseEvent> end = Steps.end(task.apply(requested), Live.fresh(now), TaskEnd.CANCELLED, now);
        return new Decision(Stream.concat(Stream.of(requested), end.stream()).toList(), Optional.empty());
    }

    private static Decision ended(EndedTask task, Cancel call) {
        boolean repeated = key(call).isPresent() && key(call).equals(task.cancelKey());
        return repeated
                ? new Decision(List.of(), Optional.empty())
                : answer(new CancelReply.Refused(BackupError.TASK_ENDED.problem(
                        call.task(), task.detail().row().lifecycle())));
    }

    private static Optional<CallKey> key(Cancel call) {
        return call.key().map(key -> new CallKey(key.key(), key.bodyHash()));
    }

    private static Decision answer(CancelReply reply) {
        return new Decision(List.of(), Optional.of(reply));
    }
}
