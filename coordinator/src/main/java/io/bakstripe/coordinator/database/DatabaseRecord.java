package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.SlotReturned;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What is recorded of a database.
 *
 * @param restored its name, once a restore has opened it; a database that is only declared has none here
 * @param tasks unfinished ones, by id
 * @param recent ended ones, oldest first
 * @param unreleased ended tasks whose slot the instance has not confirmed to be back
 */
record DatabaseRecord(
        Optional<DatabaseName> restored,
        List<TaskState> tasks,
        List<EndedTask> recent,
        List<TaskId> unreleased,
        BackupHistory history) {
    /** Ended tasks that are always kept. */
    static final int RECENT = 64;
    /** Ended tasks that are kept while their idempotency key may still be used. */
    static final int RECENT_WITHIN_KEY_WINDOW = 400;

    static final Duration KEY_WINDOW = Duration.ofHours(24);

    DatabaseRecord {
        tasks = List.copyOf(tasks);
        recent = List.copyOf(recent);
        unreleased = List.copyOf(unreleased);
    }

    static DatabaseRecord empty() {
        return new DatabaseRecord(Optional.empty(), List.of(), List.of(), List.of(), BackupHistory.none());
    }

    /** The state after {@code event}; {@link IllegalStateException} when the event cannot follow. */
    DatabaseRecord apply(DatabaseEvent event) {
        if (event instanceof TaskCreated created) {
            return withTasks(Stream.concat(tasks.stream(), Stream.of(TaskState.create(created)))
                    .sorted(Comparator.comparing(TaskState::id))
                    .toList());
        } else if (event instanceof SlotReturned returned) {
            return new DatabaseRecord(
                    restored,
                    tasks,
                    recent,
                    unreleased.stream()
                            .filter(task -> !task.equals(returned.task()))
                            .toList(),
                    history);
        }
        TaskState task = unfinished(event.task())
                .orElseThrow(() -> new IllegalStateException("no unfinished task " + event.task()));
        TaskState next = task.apply(event);
        if (event instanceof TaskEnded ended) {
            return end(next, ended);
        }
        DatabaseRecord moved = withTasks(tasks.stream()
                .map(other -> other.id().equals(next.id()) ? next : other)
                .toList());
        return event instanceof DatabaseOpened opened ? moved.existing(opened.display()) : moved;
    }

    Optional<TaskState> unfinished(TaskId id) {
        return tasks.stream().filter(task -> task.id().equals(id)).findFirst();
    }

    Optional<EndedTask> ended(TaskId id) {
        return recent.stream()
                .filter(task -> task.detail().row().taskId().equals(id))
                .findFirst();
    }

    /** The task that was made of this submission, if it is still known. */
    Optional<TaskId> ofSubmission(UUID submission) {
        return Stream.concat(
                        tasks.stream()
                                .filter(task -> task.origin().submission().equals(submission))
                                .map(TaskState::id),
                        recent.stream()
                                .filter(task -> task.submission().equals(submission))
                                .map(task -> task.detail().row().taskId()))
                .findFirst();
    }

    /** The task that a call with this key made within the time that keys are kept. */
    Optional<TaskId> ofKey(CallKey key, Instant now) {
        Instant oldest = now.minus(KEY_WINDOW);
        return Stream.concat(
                        tasks.stream()
                                .filter(task -> task.origin().key().equals(Optional.of(key))
                                        && task.origin().createdAt().isAfter(oldest))
                                .map(TaskState::id),
                        recent.stream()
                                .filter(task -> task.key().equals(Optional.of(key))
                                        && task.detail().row().createdAt().isAfter(oldest))
                                .map(task -> task.detail().row().taskId()))
                .findFirst();
    }

    /** The task that runs: it has begun and not ended. At most one does. */
    Optional<TaskState> running() {
        return tasks.stream().filter(task -> task.phase() != TaskPhase.WAITING).findFirst();
    }

    /** True when nothing is to be done until somebody calls. */
    boolean idle() {
        return tasks.isEmpty() && unreleased.isEmpty();
    }

    private DatabaseRecord end(TaskState task, TaskEnded event) {
        EndedTask ended = new EndedTask(
                event.detail(), task.origin().submission(), task.origin().key(), event.at());
        boolean published = task.backup() && event.detail().row().lifecycle() == Lifecycle.SUCCESS;
        return new DatabaseRecord(
                restored,
                tasks.stream().filter(other -> !other.id().equals(task.id())).toList(),
                trim(ended),
                Stream.concat(unreleased.stream(), Stream.of(task.id())).toList(),
                published ? history.published(task, event.at()) : history);
    }

    private List<EndedTask> trim(EndedTask newest) {
        List<EndedTask> kept = new ArrayList<>(recent);
        kept.add(newest);
        Instant oldest = newest.endedAt().minus(KEY_WINDOW);
        while (kept.size() > RECENT_WITHIN_KEY_WINDOW
                || (kept.size() > RECENT && kept.get(0).endedAt().isBefore(oldest))) {
            kept.remove(0);
        }
        return kept;
    }

    private DatabaseRecord withTasks(List<TaskState> next) {
        return new DatabaseRecord(restored, next, recent, unreleased, history);
    }

    private DatabaseRecord existing(DatabaseName name) {
        return new DatabaseRecord(Optional.of(name), tasks, recent, unreleased, history);
    }
}
