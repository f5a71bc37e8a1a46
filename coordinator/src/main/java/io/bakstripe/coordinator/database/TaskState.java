package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStopped;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.coordinator.journal.DatabaseEvent.FinishStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.PublishingFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.Storage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An unfinished task as recorded.
 *
 * @param startedAt when its first attempt began
 * @param attempt the present or last attempt, absent before the first
 * @param bestPercent the farthest that any earlier attempt came, as {@link Attempt#reach()} measures it
 * @param fruitless attempts that failed one after another without coming farther than those before them
 * @param lines of {@code task_info}, with their times
 * @param updatedAt when the last event was recorded
 * @param cancellation once it was asked for
 * @param set that a restore has judged and restores
 */
record TaskState(
        TaskId id,
        TaskOrigin origin,
        TaskPhase phase,
        Optional<Instant> startedAt,
        Optional<Attempt> attempt,
        int bestPercent,
        int fruitless,
        List<String> lines,
        Instant updatedAt,
        Optional<Cancellation> cancellation,
        Optional<SetFacts> set) {

    /** Somebody wants the task not to go on; the key makes the call safe to repeat. */
    record Cancellation(Optional<CallKey> key) {}

    TaskState {
        lines = List.copyOf(lines);
        // Snapshots of the first release do not have these.
        cancellation = cancellation == null ? Optional.empty() : cancellation;
        set = set == null ? Optional.empty() : set;
    }

    static TaskState create(TaskCreated created) {
        return create(created, TaskOrigin.of(created), created.set());
    }

    /** The task of the snapshot that is wanted. */
    static TaskState create(SnapshotCreated created, PendingSnapshot wanted) {
        return create(created, TaskOrigin.of(wanted), Optional.empty());
    }

    private static TaskState create(DatabaseEvent created, TaskOrigin origin, Optional<SetFacts> set) {
        return new TaskState(
                created.task(),
                origin,
                TaskTransitions.next(TaskPhase.ABSENT, created),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                List.of(),
                created.at(),
                Optional.empty(),
                set);
    }

    /** The task after {@code event}; {@link IllegalStateException} when the transition table has no row for it. */
    TaskState apply(DatabaseEvent event) {
        TaskPhase next = TaskTransitions.next(phase, event);
        TaskState moved = new TaskState(
                id, origin, next, startedAt, attempt, bestPercent, fruitless, lines, event.at(), cancellation, set);
        if (event instanceof BackupStarted started) {
            return moved.begin(
                    Attempt.begin(
                            started.attempt(), started.epoch(), Optional.of(started.setId()), files(), started.basis()),
                    started.lines(),
                    started.at(),
                    set);
        } else if (event instanceof RestoreStarted started) {
            return moved.begin(
                    Attempt.begin(
                            started.attempt(),
                            started.epoch(),
                            started.set().map(SetFacts::setId),
                            List.of(),
                            BackupBasis.full(false)),
                    started.lines(),
                    started.at(),
                    started.set());
        } else if (event instanceof FinishStarted started) {
            return moved.begin(
                    Attempt.begin(
                            started.attempt(), started.epoch(), Optional.empty(), List.of(), BackupBasis.full(false)),
                    started.lines(),
                    started.at(),
                    set);
        } else if (event instanceof BackupOpened opened) {
            return moved.with(running().opened(opened.facts(), opened.stripeBytes(), opened.statements()));
        } else if (event instanceof ProgressReported progress) {
            return moved.with(running().progressed(progress.percent(), progress.done(), progress.total()))
                    .saying(progress.at(), Percent.line(progress.percent()));
        } else if (event instanceof DatabaseEvent.DamageFound found) {
            TaskState damaged = moved.with(running().damaged(found.damage()));
            // Where damage ends the task, what follows says it.
            return continuesAfterError() ? damaged.saying(found.at(), TaskInfo.damaged(found.damage())) : damaged;
        } else if (event instanceof DatabaseEvent.DataDrained drained) {
            return moved.sayingAllData(drained.at()).with(running().drained());
        } else if (event instanceof BackupStopped stopped) {
            return moved.with(running().stopped(stopped.facts(), stopped.inline(), stopped.statements()));
        } else if (event instanceof RestoreApplied applied) {
            return moved.sayingAllData(applied.at())
                    .with(running().applied(applied.setId(), applied.files(), applied.fileBytes()));
        } else if (event instanceof StepApplied applied) {
            return moved.sayingAllData(applied.at())
                    .with(running().applied(applied.setId(), applied.files(), applied.fileBytes()));
        } else if (event instanceof PublishingFailed failed) {
            return moved.with(running().failed(failed.problem(), false, failed.visible()))
                    .saying(failed.at(), failed.problem().asTaskInfo());
        } else if (event instanceof AttemptFailed failed) {
            return moved.fail(failed);
        } else if (event instanceof CancelRequested requested) {
            return moved.cancel(
                    requested, requested.reason().orElseGet(() -> TaskInfo.cancelRequested(phase, doomed())));
        } else if (event instanceof UploadsLeft left) {
            return moved.saying(left.at(), TaskInfo.uploadsLeft(left.stripes()));
        }
        return moved;
    }

    /** The present attempt; {@link IllegalStateException} before the first. */
    Attempt running() {
        return attempt.orElseThrow(() -> new IllegalStateException("task " + id + " has not begun"));
    }

    AttemptRef attemptRef() {
        return new AttemptRef(origin.view().name(), id, running().number());
    }

    /** True when this is a snapshot, which callers do not see as a task. */
    boolean snapshot() {
        return origin.snapshot().isPresent();
    }

    /** Where the files are that it writes or reads. */
    Storage storage() {
        return snapshot() || restored().isPresent() ? Storage.SNAPSHOTS : Storage.NATIVE;
    }

    /** Of the files that a backup writes: as the call chose, else as the instance was declared when it came. */
    Optional<EncryptionSpec> encryption() {
        return origin.request() instanceof BackupRequest backup
                ? origin.view().definition().encryption().of(backup)
                : Optional.empty();
    }

    /** The snapshot that it restores. */
    Optional<SnapshotId> restored() {
        return origin.request() instanceof RestoreRequest restore ? restore.snapshot() : Optional.empty();
    }

    boolean backup() {
        return origin.request() instanceof BackupRequest;
    }

    /** The objects that a backup writes; empty for restores. */
    List<S3Arn> files() {
        return origin.request() instanceof BackupRequest backup ? backup.files() : List.of();
    }

    /** True when damaged pages do not end the task. */
    boolean continuesAfterError() {
        return origin.request() instanceof BackupRequest backup && backup.continueAfterError();
    }

    int nextAttempt() {
        return attempt.map(last -> last.number() + 1).orElse(1);
    }

    /** True once the running attempt has failed in a way that no other one follows. */
    boolean doomed() {
        return attempt.flatMap(Attempt::failure)
                .filter(failure -> !failure.again())
                .isPresent();
    }

    private TaskState cancel(CancelRequested requested, String line) {
        return new TaskState(
                id,
                origin,
                phase,
                startedAt,
                attempt,
                bestPercent,
                fruitless,
                TaskInfo.append(lines, requested.at(), List.of(line)),
                updatedAt,
                Optional.of(new Cancellation(requested.key())),
                set);
    }

    private TaskState begin(Attempt first, List<String> messages, Instant at, Optional<SetFacts> judged) {
        return new TaskState(
                id,
                origin,
                phase,
                Optional.of(startedAt.orElse(at)),
                Optional.of(first),
                bestPercent,
                fruitless,
                TaskInfo.append(lines, at, messages),
                updatedAt,
                cancellation,
                judged);
    }

    private TaskState fail(AttemptFailed failed) {
        Attempt last = running();
        boolean progress = last.reach() > bestPercent;
        String line = failed.again()
                ? "Attempt " + last.number() + " failed: " + failed.problem().asTaskInfo()
                : failed.problem().asTaskInfo();
        return new TaskState(
                        id,
                        origin,
                        phase,
                        startedAt,
                        Optional.of(last.failed(failed.problem(), failed.again(), List.of())),
                        Math.max(bestPercent, last.reach()),
                        progress ? 1 : fruitless + 1,
                        lines,
                        updatedAt,
                        cancellation,
                        set)
                .saying(failed.at(), line);
    }

    private TaskState with(Attempt next) {
        return new TaskState(
                id,
                origin,
                phase,
                startedAt,
                Optional.of(next),
                bestPercent,
                fruitless,
                lines,
                updatedAt,
                cancellation,
                set);
    }

    private TaskState saying(Instant at, String message) {
        return new TaskState(
                id,
                origin,
                phase,
                startedAt,
                attempt,
                bestPercent,
                fruitless,
                TaskInfo.append(lines, at, List.of(message)),
                updatedAt,
                cancellation,
                set);
    }

    private TaskState sayingAllData(Instant at) {
        return running().percent() < Percent.ALL_DATA ? saying(at, Percent.line(Percent.ALL_DATA)) : this;
    }

    /** True for a restore that is put in the place of a database. */
    boolean replaces() {
        return origin.request() instanceof RestoreRequest restore && restore.replaces();
    }
}
