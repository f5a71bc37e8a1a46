package io.bakstripe.coordinator.status;

import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskType;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Tasks in figures, for monitoring. Only coordinators with unfinished tasks are asked, so that looking often brings none to life that sleeps.
 */
public final class TaskFigures {
    /** When the last successful backup of that type of that database ended. */
    public record LastBackup(String instance, String database, TaskType type, Instant at) {}

    private final ClusterTaskQueries tasks;
    private final DataSource source;
    private final Executor blocking;

    TaskFigures(ClusterTaskQueries tasks, DataSource source, Executor blocking) {
        this.tasks = tasks;
        this.source = source;
        this.blocking = blocking;
    }

    /** All tasks of an instance that have not ended; fails when one of their coordinators does not answer. */
    public CompletionStage<List<TaskDetail>> unfinished(InstanceName instance) {
        return tasks.unfinished(instance);
    }

    /** Of all instances and databases; fails when the history does not answer. */
    public CompletionStage<List<LastBackup>> lastBackups() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return LastBackups.read(source);
                    } catch (SQLException failed) {
                        throw new IllegalStateException("cannot read the last backups", failed);
                    }
                },
                blocking);
    }
}
