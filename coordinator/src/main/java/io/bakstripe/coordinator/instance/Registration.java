package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A task id that was given out.
 *
 * @param slot whether the task holds a running slot
 * @param snapshot the id is of a snapshot: no native task, and without a slot
 */
record Registration(
        TaskId task,
        DatabaseRef database,
        UUID submission,
        Optional<CallKey> key,
        Instant at,
        boolean slot,
        boolean snapshot) {

    static Registration of(TaskRegistered event) {
        return new Registration(
                event.task(), event.database(), event.submission(), event.key(), event.at(), false, event.snapshot());
    }

    Registration withSlot(boolean held) {
        return new Registration(task, database, submission, key, at, held, snapshot);
    }

    TaskRoute route() {
        return new TaskRoute(task, database);
    }
}
