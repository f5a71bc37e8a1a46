package io.bakstripe.coordinator;

import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Follows the pages of all tasks. */
final class Pages {
    private Pages() {}

    /** The ids of all tasks as pages of so many give them, the newest first. */
    static List<Long> of(TaskQueries tasks, int limit) {
        List<Long> ids = new ArrayList<>();
        List<TaskDetail> page = page(tasks, Optional.empty(), limit);
        while (!page.isEmpty()) {
            for (int i = page.size() - 1; i >= 0; i--) {
                ids.add(page.get(i).row().taskId().value());
            }
            page = page(tasks, Optional.of(page.get(0).row().taskId()), limit);
        }
        return ids;
    }

    private static List<TaskDetail> page(TaskQueries tasks, Optional<TaskId> after, int limit) {
        TaskFilter filter =
                new TaskFilter(Optional.empty(), Optional.empty(), Optional.empty(), after, Optional.of(limit));
        return tasks.tasks(Samples.INSTANCE, filter)
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
