package io.bakstripe.api.http;

import akka.NotUsed;
import akka.http.javadsl.model.sse.ServerSentEvent;
import akka.stream.javadsl.Source;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The events of {@code GET /tasks/{id}/progress}: {@code progress} for every 5 percent that the task crosses and {@code end} with the final row.
 *
 * <p>An event's id is its percentage, its data the row as it stood; {@code Last-Event-ID} goes on behind that percentage. When a new attempt begins
 * at a lower percentage, events follow from there.
 */
final class TaskProgress {
    /** No event was seen yet. */
    static final int FROM_THE_START = -5;

    private static final int STEP = 5;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    private int position;

    private TaskProgress(int position) {
        this.position = position;
    }

    /** The position that a {@code Last-Event-ID} names; anything that is no percentage starts from the beginning. */
    static int position(String lastEventId) {
        return lastEventId.matches("[0-9]{1,2}|100") ? Integer.parseInt(lastEventId) / STEP * STEP : FROM_THE_START;
    }

    static Source<ServerSentEvent, NotUsed> events(
            TaskQueries tasks, InstanceName instance, TaskId task, int position) {
        return Source.tick(Duration.ZERO, POLL, NotUsed.getInstance())
                .mapAsync(1, tick -> poll(tasks, instance, task))
                .statefulMapConcat(() -> new TaskProgress(position)::crossed)
                .takeWhile(event -> !event.getEventType().equals(Optional.of("end")), true)
                .keepAlive(KEEP_ALIVE, ServerSentEvent::heartbeat)
                .mapMaterializedValue(ticks -> NotUsed.getInstance());
    }

    /** A poll that is not answered in time is left out: the next one shows what it would have shown. */
    private static CompletionStage<Optional<TaskDetail>> poll(TaskQueries tasks, InstanceName instance, TaskId task) {
        return tasks.task(instance, task)
                .handle((detail, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(Optional.of(detail));
                    }
                    return Faults.problemOf(failure).transientFailure()
                            ? CompletableFuture.completedFuture(Optional.<TaskDetail>empty())
                            : CompletableFuture.<Optional<TaskDetail>>failedFuture(failure);
                })
                .thenCompose(polled -> polled);
    }

    private Iterable<ServerSentEvent> crossed(Optional<TaskDetail> polled) {
        return polled.map(detail -> crossed(detail.row())).orElse(List.of());
    }

    private List<ServerSentEvent> crossed(TaskRow row) {
        int reached = row.percentComplete() / STEP * STEP;
        List<ServerSentEvent> events = new ArrayList<>();
        if (reached < position && !row.lifecycle().ended()) {
            position = reached - STEP;
        }
        while (position < reached) {
            position += STEP;
            events.add(event(row, "progress", position));
        }
        if (row.lifecycle().ended()) {
            events.add(event(row, "end", row.percentComplete()));
        }
        return events;
    }

    private static ServerSentEvent event(TaskRow row, String type, int id) {
        try {
            String data = ApiJson.strict().writeValueAsString(row);
            return ServerSentEvent.create(
                    data, Optional.of(type), Optional.of(Integer.toString(id)), OptionalInt.empty());
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
