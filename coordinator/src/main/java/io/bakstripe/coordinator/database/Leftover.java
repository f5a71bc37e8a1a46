package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.util.List;

/**
 * An attempt that is over while the store has not confirmed that all its uploads are gone.
 *
 * @param epoch that its workers were told
 * @param stripes that are not confirmed
 */
record Leftover(TaskId task, int attempt, long epoch, List<Integer> stripes) {
    Leftover {
        stripes = List.copyOf(stripes);
    }

    static Leftover of(UploadsLeft left) {
        return new Leftover(left.task(), left.attempt(), left.epoch(), left.stripes());
    }

    AttemptRef attemptRef(DatabaseRef database) {
        return new AttemptRef(database.instance(), task, attempt);
    }
}
