package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.name.DatabaseRef;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The tags {@code db-0} to {@code db-(n-1)} that ended tasks are spread over, so that several nodes can project them. */
public final class HistoryTags {
    private HistoryTags() {}

    /** The tag of an ended task, and of what is added to one; every other event has none: tags are costly. */
    static Set<String> of(DatabaseEvent event, DatabaseRef database, int slices) {
        boolean shown = event instanceof TaskEnded
                || (event instanceof SnapshotEnded ended && ended.restore().isPresent());
        return shown ? Set.of("db-" + Math.floorMod(database.entityId().hashCode(), slices)) : Set.of();
    }

    /** All tags of {@code slices} slices, in order. */
    public static List<String> all(int slices) {
        return IntStream.range(0, slices).mapToObj(slice -> "db-" + slice).toList();
    }
}
