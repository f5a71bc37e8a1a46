package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers tasks from the coordinators and the history.
 *
 * <p>The instance is asked first, then the databases, then the history: a task that ends meanwhile moves only in that direction, so it is found
 * in at least one place. Where both know a task the coordinator's answer counts.
 */
final class ClusterTaskQueries implements TaskQueries {
    private final Questions questions;
    private final Peers peers;
    private final TaskHistory history;
    private final StatusSettings settings;

    ClusterTaskQueries(Questions questions, Peers peers, TaskHistory history, StatusSettings settings) {
        this.questions = questions;
        this.peers = peers;
        this.history = history;
        this.settings = settings;
    }

    @Override
    public CompletionStage<List<TaskDetail>> tasks(InstanceName instance, TaskFilter filter) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"))
                .thenCompose(description -> ofCoordinators(description, filter))
                .thenCompose(live -> history.find(instance, filter).thenApply(ended -> merge(live, ended, filter)));
    }

    @Override
    public CompletionStage<TaskDetail> task(InstanceName instance, TaskId id) {
        TaskFilter one =
                new TaskFilter(Optional.empty(), Optional.of(id), Optional.empty(), Optional.empty(), Optional.empty());
        return tasks(instance, one)
                .thenApply(found -> found.stream()
                        .findFirst()
                        .orElseThrow(() ->
                                BackupError.TASK_UNKNOWN.problem(id, instance).asException()));
    }

    /** Tasks that have not ended, from the coordinators alone; their order means nothing. */
    CompletionStage<List<TaskDetail>> unfinished(InstanceName instance) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"))
                .thenCompose(description -> ofCoordinators(description, TaskFilter.all()))
                .thenApply(found -> found.stream()
                        .filter(task -> !task.row().lifecycle().ended())
                        .toList());
    }

    private CompletionStage<List<TaskDetail>> ofCoordinators(InstanceDescription description, TaskFilter filter) {
        Map<DatabaseRef, List<TaskId>> routes = Stream.concat(
                        description.open().stream(), description.recent().stream())
                .filter(route -> wanted(route, filter))
                .collect(Collectors.groupingBy(
                        TaskRoute::database, Collectors.mapping(TaskRoute::task, Collectors.toList())));
        List<CompletionStage<TaskDescriptions>> answers = new ArrayList<>();
        routes.forEach((database, tasks) -> answers.add(questions.ask(
                peers.database(database),
                replyTo -> new DescribeTasks(tasks, replyTo),
                settings.askLimit(),
                "the coordinator of database '" + database.folded() + "'")));
        return Questions.all(answers)
                .thenApply(all ->
                        all.stream().flatMap(answer -> answer.tasks().stream()).toList());
    }

    private static boolean wanted(TaskRoute route, TaskFilter filter) {
        return filter.task().map(route.task()::equals).orElse(true)
                && filter.after()
                        .map(after -> route.task().compareTo(after) < 0)
                        .orElse(true)
                && filter.database()
                        .map(name -> route.database().folded().equals(name.folded()))
                        .orElse(true);
    }

    private static List<TaskDetail> merge(List<TaskDetail> live, List<TaskDetail> ended, TaskFilter filter) {
        Map<TaskId, TaskDetail> byId = new TreeMap<>();
        ended.forEach(task -> byId.put(task.row().taskId(), task));
        live.forEach(task -> byId.put(task.row().taskId(), task));
        List<TaskDetail> found = byId.values().stream()
                .filter(task ->
                        filter.lifecycle().map(task.row().lifecycle()::equals).orElse(true))
                .toList();
        int skip =
                filter.limit().map(limit -> Math.max(0, found.size() - limit)).orElse(0);
        return found.subList(skip, found.size());
    }
}
