package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import java.util.List;

/**
 * An attempt that is over while the store has not confirmed that all its uploads are gone.
 *
 * @param epoch that its workers were told
 * @param stripes that are not confirmed
 * @param storage that they are in
 */
record Leftover(TaskId task, int attempt, long epoch, List<Integer> stripes, Storage storage) {
    Leftover {
        stripes = List.copyOf(stripes);
        // Snapshots of earlier versions do not have it.
        storage = storage == null ? Storage.NATIVE : storage;
    }

    static Leftover of(UploadsLeft left, Storage storage) {
        return new Leftover(left.task(), left.attempt(), left.epoch(), left.stripes(), storage);
    }

    AttemptRef attemptRef(DatabaseRef database) {
        return new AttemptRef(database.instance(), task, attempt);
    }
}
