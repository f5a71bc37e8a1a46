package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A task that ended lately: kept so that it is shown before the history has it, and so that its calls can be repeated safely.
 *
 * @param key of the call that made it
 * @param cancelKey of the call that cancelled it
 */
record EndedTask(
        TaskDetail detail, UUID submission, Optional<CallKey> key, Instant endedAt, Optional<CallKey> cancelKey) {
    EndedTask {
        // Snapshots of the first release do not have it.
        cancelKey = cancelKey == null ? Optional.empty() : cancelKey;
    }

    static EndedTask of(TaskState task, TaskDetail detail, Instant endedAt) {
        return new EndedTask(
                detail,
                task.origin().submission(),
                task.origin().key(),
                endedAt,
                task.cancellation().flatMap(TaskState.Cancellation::key));
    }

    /** The same task with what is shown of it from now on. */
    EndedTask showing(TaskDetail next) {
        return new EndedTask(next, submission, key, endedAt, cancelKey);
    }
}
