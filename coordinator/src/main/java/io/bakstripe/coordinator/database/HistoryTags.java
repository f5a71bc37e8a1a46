package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.name.DatabaseRef;
import java.util.List;
import java.util.stream.IntStream;

/** The tags {@code db-0} to {@code db-(n-1)} that ended tasks are spread over, so that several nodes can project them. */
public final class HistoryTags {
    private HistoryTags() {}

    static String of(DatabaseRef database, int slices) {
        return "db-" + Math.floorMod(database.entityId().hashCode(), slices);
    }

    /** All tags of {@code slices} slices, in order. */
    public static List<String> all(int slices) {
        return IntStream.range(0, slices).mapToObj(slice -> "db-" + slice).toList();
    }
}
