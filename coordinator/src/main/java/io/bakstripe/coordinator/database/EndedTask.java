package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    /** Ended tasks that are always kept. */
    static final int RECENT = 64;
    /** Ended tasks that are kept while their idempotency key may still be used. */
    static final int RECENT_WITHIN_KEY_WINDOW = 400;

    static final Duration KEY_WINDOW = Duration.ofHours(24);

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

    /** This one behind those that ended before it, oldest first, without the ones that need not be kept any longer. */
    List<EndedTask> after(List<EndedTask> earlier) {
        List<EndedTask> left = new ArrayList<>(earlier);
        left.add(this);
        Instant oldest = endedAt.minus(KEY_WINDOW);
        while (left.size() > RECENT_WITHIN_KEY_WINDOW
                || (left.size() > RECENT && left.get(0).endedAt().isBefore(oldest))) {
            left.remove(0);
        }
        return left;
    }

    /** The same task with what is shown of it from now on. */
    EndedTask showing(TaskDetail next) {
        return new EndedTask(next, submission, key, endedAt, cancelKey);
    }
}
