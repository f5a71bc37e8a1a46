package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskType;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Tasks in figures, for monitoring. Only coordinators with unfinished tasks are asked, so that looking often brings none to life that sleeps.
 */
public final class TaskFigures {
    /** When the last successful backup of that type of that database ended. */
    public record LastBackup(String instance, String database, TaskType type, Instant at) {}

    private final Questions questions;
    private final Peers peers;
    private final StatusSettings settings;
    private final DataSource source;
    private final Executor blocking;

    TaskFigures(Questions questions, Peers peers, StatusSettings settings, DataSource source, Executor blocking) {
        this.questions = questions;
        this.peers = peers;
        this.settings = settings;
        this.source = source;
        this.blocking = blocking;
    }

    /** All tasks of an instance that have not ended; fails when one of their coordinators does not answer. */
    public CompletionStage<List<TaskDetail>> unfinished(InstanceName instance) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"))
                .thenCompose(this::unfinished);
    }

    private CompletionStage<List<TaskDetail>> unfinished(InstanceDescription description) {
        Map<DatabaseRef, List<TaskId>> open = description.open().stream()
                .collect(Collectors.groupingBy(
                        TaskRoute::database, Collectors.mapping(TaskRoute::task, Collectors.toList())));
        List<CompletionStage<TaskDescriptions>> answers = new ArrayList<>();
        open.forEach((database, tasks) -> answers.add(questions.ask(
                peers.database(database),
                replyTo -> new DescribeTasks(tasks, replyTo),
                settings.askLimit(),
                "the coordinator of database '" + database.folded() + "'")));
        return Questions.all(answers)
                .thenApply(all -> all.stream()
                        .flatMap(answer -> answer.tasks().stream())
                        // Its end may not have reached the instance yet.
                        .filter(task -> !task.row().lifecycle().ended())
                        .toList());
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
