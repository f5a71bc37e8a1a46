package io.bakstripe.coordinator.database;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseDropped;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseReplaced;
import io.bakstripe.coordinator.journal.DatabaseEvent.KeptDropped;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SlotReturned;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepInterrupted;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepKept;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackBegun;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TidyingNoted;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsForgotten;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What is recorded of a database.
 *
 * @param restored its name, once a restore has opened it; a database that is only declared has none here
 * @param position where it stands in its chain of backups while it is RESTORING
 * @param tasks unfinished ones, by id
 * @param recent ended ones, oldest first
 * @param unreleased ended tasks whose slot the instance has not confirmed to be back
 * @param leftovers attempts that are over but may have uploads at the store
 * @param untold ended tasks that left uploads which are gone now, while the instance has not confirmed that it knows
 * @param snapshots those that the service took by itself
 * @param kept the database that another one was put in the place of, until it is dropped
 */
record DatabaseRecord(
        Optional<DatabaseName> restored,
        Optional<RestorePosition> position,
        List<TaskState> tasks,
        List<EndedTask> recent,
        List<TaskId> unreleased,
        BackupHistory history,
        List<Leftover> leftovers,
        List<TaskId> untold,
        SnapshotLog snapshots,
        Optional<KeptState> kept) {
    DatabaseRecord {
        tasks = List.copyOf(tasks);
        recent = List.copyOf(recent);
        unreleased = List.copyOf(unreleased);
        // Snapshots of the first release do not have these.
        position = position == null ? Optional.empty() : position;
        leftovers = leftovers == null ? List.of() : List.copyOf(leftovers);
        untold = untold == null ? List.of() : List.copyOf(untold);
        snapshots = snapshots == null ? SnapshotLog.none() : snapshots;
        kept = kept == null ? Optional.empty() : kept;
    }

    /** A database of which no snapshot was ever taken, and that was never replaced. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    DatabaseRecord(
            Optional<DatabaseName> restored,
            Optional<RestorePosition> position,
            List<TaskState> tasks,
            List<EndedTask> recent,
            List<TaskId> unreleased,
            BackupHistory history,
            List<Leftover> leftovers,
            List<TaskId> untold) {
        this(
                restored,
                position,
                tasks,
                recent,
                unreleased,
                history,
                leftovers,
                untold,
                SnapshotLog.none(),
                Optional.empty());
    }

    static DatabaseRecord empty() {
        return new DatabaseRecord(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                BackupHistory.none(),
                List.of(),
                List.of());
    }

    /** The state after {@code event}; {@link IllegalStateException} when the event cannot follow. */
    DatabaseRecord apply(DatabaseEvent event) {
        DatabaseRecord next = following(event);
        DatabaseTransitions.check(stage(), event, next.stage());
        return next;
    }

    /** Where the database stands, as far as this coordinator knows. */
    DatabaseStage stage() {
        if (restored.isPresent()) {
            return DatabaseStage.ONLINE;
        }
        // What is restored to replace a database changes nothing of it before it does.
        if (running()
                .filter(task -> task.phase().restoring() && !task.replaces())
                .isPresent()) {
            return DatabaseStage.RESTORING_IN_PROGRESS;
        }
        return position.isPresent() ? DatabaseStage.RESTORING : DatabaseStage.ABSENT;
    }

    private DatabaseRecord following(DatabaseEvent event) {
        if (event instanceof TaskCreated created) {
            return withTasks(with(TaskState.create(created)));
        } else if (event instanceof SlotReturned returned) {
            return new DatabaseRecord(
                    restored,
                    position,
                    tasks,
                    recent,
                    without(unreleased, returned.task()),
                    history,
                    leftovers,
                    untold,
                    snapshots,
                    kept);
        } else if (event instanceof SnapshotWanted wanted) {
            return withSnapshots(tasks, snapshots.wanted(wanted));
        } else if (event instanceof SnapshotCreated created) {
            PendingSnapshot wanted = snapshots.pending().orElseThrow();
            return withSnapshots(with(TaskState.create(created, wanted)), snapshots.registered(created.task()));
        } else if (event instanceof DatabaseDropped) {
            return at(Optional.empty(), Optional.empty());
        } else if (event instanceof SwapBackBegun begun) {
            return keeping(kept.map(there -> new KeptState(there.database(), Optional.of(begun.host()))));
        } else if (event instanceof SwapBackEnded swapped) {
            return keeping(swapped.kept().map(KeptState::new));
        } else if (event instanceof KeptDropped) {
            return droppingKept();
        } else if (event instanceof UploadsForgotten forgotten) {
            return forget(forgotten);
        } else if (event instanceof TidyingNoted noted) {
            return withLeftovers(leftovers, without(untold, noted.task()));
        }
        Optional<SnapshotLog> removed = snapshots.removal(event);
        if (removed.isPresent()) {
            return removing(event, removed.get());
        }
        TaskState task = unfinished(event.task())
                .orElseThrow(() -> new IllegalStateException("no unfinished task " + event.task()));
        TaskState next = task.apply(event);
        if (event instanceof TaskEnded ended) {
            return end(next, ended);
        } else if (event instanceof SnapshotEnded ended) {
            return endSnapshot(next, ended);
        }
        DatabaseRecord moved = withTasks(tasks.stream()
                .map(other -> other.id().equals(next.id()) ? next : other)
                .toList());
        if (event instanceof UploadsLeft left) {
            return moved.withLeftovers(
                    Stream.concat(leftovers.stream(), Stream.of(Leftover.of(left, task.storage())))
                            .toList(),
                    untold);
        }
        return moved.restoredBy(event);
    }

    /** What a restore's event says of the database itself. */
    private DatabaseRecord restoredBy(DatabaseEvent event) {
        if (event instanceof DatabaseOpened opened) {
            return at(Optional.of(opened.display()), Optional.empty());
        } else if (event instanceof DatabaseReplaced replaced) {
            return at(Optional.of(replaced.display()), Optional.empty())
                    .keeping(Optional.of(new KeptState(replaced.kept())));
        } else if (event instanceof StepKept step) {
            return at(restored, Optional.of(step.position()));
        } else if (event instanceof RestoreStarted) {
            return at(restored, position.map(RestorePosition::withoutStandby));
        } else if (event instanceof StepInterrupted interrupted) {
            return at(restored, position.map(before -> before.interruptedBy(interrupted.set(), interrupted.file())));
        }
        return this;
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
        Instant oldest = now.minus(EndedTask.KEY_WINDOW);
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
        return tasks.isEmpty()
                && unreleased.isEmpty()
                && leftovers.isEmpty()
                && untold.isEmpty()
                && snapshots.idle()
                && !swapping();
    }

    /** True while the database is being swapped with the one that is kept of it. */
    boolean swapping() {
        return kept.flatMap(KeptState::swappingAt).isPresent();
    }

    /** True while uploads of this task may be at the store although the attempt that made them is over. */
    boolean left(TaskId task) {
        return leftovers.stream().anyMatch(left -> left.task().equals(task));
    }

    /** The ended tasks that the instance is to be told of: only once it has closed them, so that it cannot take that news for old. */
    List<TaskId> tidied() {
        return untold.stream().filter(task -> !unreleased.contains(task)).toList();
    }

    private DatabaseRecord forget(UploadsForgotten event) {
        List<Leftover> others = leftovers.stream()
                .filter(left -> !left.task().equals(event.task()) || left.attempt() != event.attempt())
                .toList();
        boolean last = others.stream().noneMatch(left -> left.task().equals(event.task()));
        // The end of an unfinished task tells by itself that nothing is left.
        boolean tell = last && unfinished(event.task()).isEmpty();
        return withLeftovers(
                others,
                tell ? Stream.concat(untold.stream(), Stream.of(event.task())).toList() : untold);
    }

    private DatabaseRecord end(TaskState task, TaskEnded event) {
        EndedTask ended = EndedTask.of(task, event.detail(), event.at());
        return new DatabaseRecord(
                restored,
                position,
                tasks.stream().filter(other -> !other.id().equals(task.id())).toList(),
                ended.after(recent),
                Stream.concat(unreleased.stream(), Stream.of(task.id())).toList(),
                task.backup() ? historyAfter(task, event) : history,
                leftovers,
                untold,
                snapshots,
                kept);
    }

    private DatabaseRecord endSnapshot(TaskState task, SnapshotEnded event) {
        boolean available = event.detail().row().lifecycle() == Lifecycle.SUCCESS;
        return new DatabaseRecord(
                restored,
                position,
                tasks.stream().filter(other -> !other.id().equals(task.id())).toList(),
                event.restore().map(this::shownAs).orElse(recent),
                Stream.concat(unreleased.stream(), Stream.of(task.id())).toList(),
                available ? history.published(task, event.detail(), event.at()) : history,
                leftovers,
                untold,
                snapshots.ended(task, event),
                kept);
    }

    /** The set of a snapshot that goes is no more to be had than one that was overwritten. */
    private DatabaseRecord removing(DatabaseEvent event, SnapshotLog log) {
        BackupHistory known = event instanceof SnapshotGoing going
                ? history.overwritten(log.going(going.snapshot()).orElseThrow().files())
                : history;
        return new DatabaseRecord(restored, position, tasks, recent, unreleased, known, leftovers, untold, log, kept);
    }

    private List<EndedTask> shownAs(TaskDetail detail) {
        return recent.stream()
                .map(ended ->
                        ended.detail().row().taskId().equals(detail.row().taskId()) ? ended.showing(detail) : ended)
                .toList();
    }

    /** The task that ended last, 1 before the first: events that are about no task name it. */
    TaskId lastTask() {
        return recent.isEmpty()
                ? new TaskId(1)
                : recent.get(recent.size() - 1).detail().row().taskId();
    }

    private List<TaskState> with(TaskState created) {
        return Stream.concat(tasks.stream(), Stream.of(created))
                .sorted(Comparator.comparing(TaskState::id))
                .toList();
    }

    private DatabaseRecord withSnapshots(List<TaskState> next, SnapshotLog log) {
        return new DatabaseRecord(restored, position, next, recent, unreleased, history, leftovers, untold, log, kept);
    }

    private BackupHistory historyAfter(TaskState task, TaskEnded event) {
        if (event.detail().row().lifecycle() == Lifecycle.SUCCESS) {
            return history.published(task, event.detail(), event.at());
        }
        List<S3Arn> visible = task.attempt().flatMap(Attempt::failure).stream()
                .flatMap(failure -> failure.visible().stream())
                .map(stripe -> task.files().get(stripe - 1))
                .toList();
        BackupHistory next = visible.isEmpty() ? history : history.overwritten(visible);
        return event.detail()
                .problem()
                .filter(problem -> problem.error() == BackupError.LOG_CHAIN_BROKEN)
                .map(next::broken)
                .orElse(next);
    }

    private DatabaseRecord withTasks(List<TaskState> next) {
        return withSnapshots(next, snapshots);
    }

    private DatabaseRecord at(Optional<DatabaseName> online, Optional<RestorePosition> restoring) {
        return new DatabaseRecord(
                online, restoring, tasks, recent, unreleased, history, leftovers, untold, snapshots, kept);
    }

    private DatabaseRecord withLeftovers(List<Leftover> left, List<TaskId> notTold) {
        return new DatabaseRecord(
                restored, position, tasks, recent, unreleased, history, left, notTold, snapshots, kept);
    }

    private DatabaseRecord keeping(Optional<KeptState> other) {
        return new DatabaseRecord(
                restored, position, tasks, recent, unreleased, history, leftovers, untold, snapshots, other);
    }

    private DatabaseRecord droppingKept() {
        BackupHistory known =
                kept.map(aside -> history.withoutServer(aside.database())).orElse(history);
        return new DatabaseRecord(
                restored, position, tasks, recent, unreleased, known, leftovers, untold, snapshots, Optional.empty());
    }

    private static List<TaskId> without(List<TaskId> ids, TaskId gone) {
        return ids.stream().filter(id -> !id.equals(gone)).toList();
    }
}
