package io.bakstripe.protocol.port;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.Optional;

/**
 * Which tasks to answer with.
 *
 * @param after only tasks with a lower id, for paging from the newest down
 * @param limit at most this many, the newest
 */
public record TaskFilter(
        Optional<DatabaseName> database,
        Optional<TaskId> task,
        Optional<Lifecycle> lifecycle,
        Optional<TaskId> after,
        Optional<Integer> limit) {

    public static TaskFilter all() {
        return new TaskFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
