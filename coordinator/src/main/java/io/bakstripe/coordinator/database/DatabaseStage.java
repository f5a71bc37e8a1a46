package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.instance.DatabaseState;
import java.util.Optional;

/** Where a database stands in the eyes of its coordinator. {@link DatabaseTransitions} says how one follows another. */
enum DatabaseStage {
    /** No restore has made it; shown as ONLINE where the instance declares it, otherwise not at all. */
    ABSENT(Optional.empty()),
    /** A step of a restore is under way. */
    RESTORING_IN_PROGRESS(Optional.of(DatabaseState.RESTORING_IN_PROGRESS)),
    /** Partially restored, and no step is under way. */
    RESTORING(Optional.of(DatabaseState.RESTORING)),
    /** A restore has opened it. */
    ONLINE(Optional.of(DatabaseState.ONLINE));

    private final Optional<DatabaseState> shown;

    DatabaseStage(Optional<DatabaseState> shown) {
        this.shown = shown;
    }

    /** What {@code DescribeDatabase} answers with. */
    Optional<DatabaseState> shown() {
        return shown;
    }
}
