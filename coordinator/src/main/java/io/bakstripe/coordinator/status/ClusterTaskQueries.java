package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.coordinator.retention.RetentionSettings;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.FindTasks;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoutes;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Answers tasks from the coordinators and the history, one range of ids after the other, from the newest down.
 *
 * <p>The instance says which tasks of a range may still be with the coordinators, then the history is read, and the coordinators are asked about
 * what it lacks. A task that ends meanwhile moves only from the coordinators to the history, and its coordinator remembers it for longer than its
 * row takes to be written, so it is found in at least one place. Databases whose tasks are all in the history are left asleep.
 */
final class ClusterTaskQueries implements TaskQueries {
    /** Tasks that the coordinators are asked about at once. */
    private static final int RANGE = 500;

    private final Questions questions;
    private final Peers peers;
    private final TaskHistory history;
    private final StatusSettings settings;
    private final RetentionSettings retention;
    private final InstantSource clock;

    ClusterTaskQueries(
            Questions questions,
            Peers peers,
            TaskHistory history,
            StatusSettings settings,
            RetentionSettings retention,
            InstantSource clock) {
        this.questions = questions;
        this.peers = peers;
        this.history = history;
        this.settings = settings;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public CompletionStage<List<TaskDetail>> tasks(InstanceName instance, TaskFilter filter) {
        return questions.known(instance).thenCompose(known -> new Search(known, filter).goOn(filter.after()));
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

    /** One query. Its parts follow one another, so that nothing is shared between threads at the same time. */
    private final class Search {
        private final InstanceName instance;
        private final TaskFilter filter;
        private final Instant oldest = retention.oldest(clock.instant());
        private final TreeMap<TaskId, TaskDetail> found = new TreeMap<>();

        private Search(InstanceName instance, TaskFilter filter) {
            this.instance = instance;
            this.filter = filter;
        }

        /** Finds what is wanted below {@code after}, and gives everything that was found. */
        private CompletionStage<List<TaskDetail>> goOn(Optional<TaskId> after) {
            int most = filter.lifecycle().isEmpty()
                    ? filter.limit().map(limit -> Math.min(limit, RANGE)).orElse(RANGE)
                    : RANGE;
            return questions
                    .<InstanceCommand, TaskRoutes>ask(
                            peers.instance(instance),
                            replyTo -> new FindTasks(
                                    filter.task(), after, filter.database().map(DatabaseName::folded), most, replyTo),
                            settings.askLimit(),
                            "instance '" + instance + "'")
                    .thenCompose(routes -> range(after, routes, most));
        }

        private CompletionStage<List<TaskDetail>> range(Optional<TaskId> after, TaskRoutes answer, int most) {
            List<TaskRoute> routes = answer.routes();
            // Below the last of a full answer there may be more that the coordinators know: that is another range.
            Optional<TaskId> lowest = routes.size() < most
                    ? Optional.empty()
                    : Optional.of(routes.get(routes.size() - 1).task());
            TaskFilter below =
                    new TaskFilter(filter.database(), filter.task(), filter.lifecycle(), after, filter.limit());
            return history.find(instance, below, lowest, oldest)
                    .thenCompose(ended -> {
                        ended.forEach(task -> found.put(task.row().taskId(), task));
                        return ofCoordinators(routes);
                    })
                    .thenCompose(live -> {
                        live.stream()
                                .filter(this::shown)
                                .forEach(task -> found.put(task.row().taskId(), task));
                        boolean enough = filter.limit()
                                .filter(limit -> found.size() >= limit)
                                .isPresent();
                        return enough || lowest.isEmpty() ? CompletableFuture.completedFuture(newest()) : goOn(lowest);
                    });
        }

        private CompletionStage<List<TaskDetail>> ofCoordinators(List<TaskRoute> routes) {
            Map<DatabaseRef, List<TaskId>> missing = routes.stream()
                    .filter(route -> !found.containsKey(route.task()))
                    .collect(Collectors.groupingBy(
                            TaskRoute::database, Collectors.mapping(TaskRoute::task, Collectors.toList())));
            List<CompletionStage<TaskDescriptions>> answers = new ArrayList<>();
            missing.forEach((database, tasks) -> answers.add(questions.ask(
                    peers.database(database),
                    replyTo -> new DescribeTasks(tasks, replyTo),
                    settings.askLimit(),
                    "the coordinator of database '" + database.folded() + "'")));
            return Questions.all(answers)
                    .thenApply(all -> all.stream()
                            .flatMap(answer -> answer.tasks().stream())
                            .toList());
        }

        private boolean shown(TaskDetail task) {
            return filter.lifecycle().map(task.row().lifecycle()::equals).orElse(true)
                    && task.endedAt().map(end -> !end.isBefore(oldest)).orElse(true);
        }

        private List<TaskDetail> newest() {
            List<TaskDetail> all = List.copyOf(found.values());
            int skip =
                    filter.limit().map(limit -> Math.max(0, all.size() - limit)).orElse(0);
            return all.subList(skip, all.size());
        }
    }
}
