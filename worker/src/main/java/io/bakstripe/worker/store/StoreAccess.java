package io.bakstripe.worker.store;

import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import java.util.Optional;

/**
 * For whom a store is asked. The instance's option says with whose rights (row S3); the task makes the store's own log tell which one it was.
 *
 * @param task absent for questions before a task exists
 * @param definition the instance as the coordinator that asks knows it; absent: as this node's configuration declares it
 * @param storage what is asked: that of snapshots has rights of its own, whatever the option says
 */
public record StoreAccess(
        InstanceName instance, Optional<TaskId> task, Optional<InstanceDefinition> definition, Storage storage) {

    /** Of the storage of native tasks. */
    public StoreAccess(InstanceName instance, Optional<TaskId> task, Optional<InstanceDefinition> definition) {
        this(instance, task, definition, Storage.NATIVE);
    }

    /** Questions about an instance that belong to no task. */
    public static StoreAccess of(InstanceView view) {
        return new StoreAccess(view.definition().name(), Optional.empty(), Optional.of(view.definition()));
    }

    /** The work of a task. */
    public static StoreAccess of(AttemptRef attempt, InstanceView view) {
        return new StoreAccess(attempt.instance(), Optional.of(attempt.task()), Optional.of(view.definition()));
    }

    /** The work on a stripe. */
    public static StoreAccess of(StripeSpec spec) {
        return of(spec.stripe().attempt(), spec.view()).in(spec.storage());
    }

    /** The work of a restore. */
    public static StoreAccess of(RestoreSpec spec) {
        return of(spec.attempt(), spec.view()).in(spec.storage());
    }

    /** What is left to do for a task of which no more than its name is known. */
    public static StoreAccess of(AttemptRef attempt) {
        return new StoreAccess(attempt.instance(), Optional.of(attempt.task()), Optional.empty());
    }

    /** The same in this storage. */
    public StoreAccess in(Storage other) {
        return new StoreAccess(instance, task, definition, other);
    }
}
