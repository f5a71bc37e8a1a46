package io.bakstripe.protocol.port;

import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tasks, unfinished and ended; a task is there the moment the call that made it returns. */
public interface TaskQueries {
    /** Tasks in the order of their ids, oldest first. Fails for an unknown instance. */
    CompletionStage<List<TaskDetail>> tasks(InstanceName instance, TaskFilter filter);

    /** One task; fails when there is none of that id. */
    CompletionStage<TaskDetail> task(InstanceName instance, TaskId id);
}
