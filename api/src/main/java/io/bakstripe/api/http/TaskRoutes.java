package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeOK;
import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.optionalHeaderValueByName;
import static akka.http.javadsl.server.Directives.parameterMap;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.marshalling.sse.EventStreamMarshalling;
import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import java.util.regex.Pattern;

/** {@code GET /tasks}, {@code /tasks/{id}} and {@code /tasks/{id}/progress}. */
final class TaskRoutes {
    private static final Pattern TASK_ID = Pattern.compile("[0-9]{1,18}");

    private final InstanceChoice instances;
    private final TaskQueries tasks;

    private TaskRoutes(InstanceChoice instances, TaskQueries tasks) {
        this.instances = instances;
        this.tasks = tasks;
    }

    static Route routes(InstanceChoice instances, TaskQueries tasks) {
        TaskRoutes routes = new TaskRoutes(instances, tasks);
        return pathPrefix(
                "tasks",
                () -> concat(
                        pathEnd(() -> get(routes::list)),
                        path(segment(), id -> get(() -> routes.one(id))),
                        path(segment().slash("progress"), id -> get(() -> routes.progress(id)))));
    }

    private Route list() {
        return instances.choose(instance -> parameterMap(query -> {
            TaskFilter page = TaskQueryString.filter(query);
            return completeWithFuture(
                    tasks.tasks(instance, TaskPage.oneMore(page)).thenApply(found -> TaskPage.of(query, page, found)));
        }));
    }

    private Route one(String id) {
        return instances.choose(instance -> completeWithFuture(tasks.task(instance, taskId(instance, id))
                .thenApply(TaskDocument::of)
                .thenApply(Answers::ok)));
    }

    private Route progress(String id) {
        return instances.choose(instance -> optionalHeaderValueByName("Last-Event-ID", lastId -> {
            TaskId task = taskId(instance, id);
            int from = lastId.map(TaskProgress::position).orElse(TaskProgress.FROM_THE_START);
            // Asked once before the stream begins, so that an unknown task is a 404 and not an empty stream.
            return onSuccess(
                    tasks.task(instance, task),
                    known -> completeOK(
                            TaskProgress.events(tasks, instance, task, from), EventStreamMarshalling.toEventStream()));
        }));
    }

    private static TaskId taskId(InstanceName instance, String text) {
        if (!TASK_ID.matcher(text).matches() || Long.parseLong(text) == 0) {
            throw BackupError.TASK_UNKNOWN.problem(text, instance).asException();
        }
        return new TaskId(Long.parseLong(text));
    }
}
