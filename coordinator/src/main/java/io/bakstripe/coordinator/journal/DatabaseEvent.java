package io.bakstripe.coordinator.journal;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What has happened to a database's tasks. Each event is about one task; {@code TaskTransitions} says which may follow which. */
public sealed interface DatabaseEvent extends JournalEvent {
    TaskId task();

    /** When it happened, by the clock of the node that recorded it. */
    Instant at();

    /**
     * A call was accepted.
     *
     * @param display the name of the database as tasks show it
     * @param view the instance as it was when the call was checked
     * @param waitsFor restore steps that were unfinished then and must end in SUCCESS first
     * @param set that a restore names, as its files were then
     */
    record TaskCreated(
            TaskId task,
            UUID submission,
            Optional<CallKey> key,
            TaskRequest request,
            DatabaseName display,
            InstanceView view,
            String login,
            List<TaskId> waitsFor,
            Instant at,
            Optional<SetFacts> set)
            implements DatabaseEvent {
        public TaskCreated {
            // Rows of the first release do not have it.
            set = set == null ? Optional.empty() : set;
            waitsFor = List.copyOf(waitsFor);
        }
    }

    /**
     * An attempt at a backup begins; the first one is what brings the task to IN_PROGRESS.
     *
     * @param epoch reports of another one are ignored
     * @param lines for {@code task_info}, without their time
     * @param basis what the backup goes on from
     */
    record BackupStarted(
            TaskId task, int attempt, long epoch, BackupSetId setId, List<String> lines, Instant at, BackupBasis basis)
            implements DatabaseEvent {
        public BackupStarted {
            // Rows of the first release do not have it.
            basis = basis == null ? BackupBasis.full(false) : basis;
            lines = List.copyOf(lines);
        }
    }

    /**
     * The engine's backup is open and its data plan is cut.
     *
     * @param stripeBytes plain bytes of each stripe's data plan
     * @param statements that the session has sent so far
     */
    record BackupOpened(TaskId task, int attempt, StartFacts facts, List<Long> stripeBytes, long statements, Instant at)
            implements DatabaseEvent {
        public BackupOpened {
            stripeBytes = List.copyOf(stripeBytes);
        }
    }

    /**
     * The task crossed another 5 percent.
     *
     * @param done plain bytes done of each stripe
     * @param total plain bytes of each stripe, where they were not known before (restores); otherwise empty
     */
    record ProgressReported(TaskId task, int attempt, int percent, List<Long> done, List<Long> total, Instant at)
            implements DatabaseEvent {
        public ProgressReported {
            done = List.copyOf(done);
            total = List.copyOf(total);
        }
    }

    /**
     * All data are read, and pages among them are damaged; recorded once for an attempt, before {@link DataDrained} or {@link AttemptFailed}.
     *
     * @param damage of all stripes
     */
    record DamageFound(TaskId task, int attempt, Damage damage, Instant at) implements DatabaseEvent {}

    /** Every stripe has stored and compared its data. */
    record DataDrained(TaskId task, int attempt, Instant at) implements DatabaseEvent {}

    /**
     * The engine's backup is stopped and the closing plan is cut.
     *
     * @param inline the closing plan's small files, with which the plan can be made again
     */
    record BackupStopped(
            TaskId task,
            int attempt,
            StopFacts facts,
            List<Extent> inline,
            List<Long> closingBytes,
            long statements,
            Instant at)
            implements DatabaseEvent {
        public BackupStopped {
            // Rows of the first release do not have it.
            inline = inline == null ? List.of() : List.copyOf(inline);
            closingBytes = List.copyOf(closingBytes);
        }
    }

    /** The commit point: from here on the set is published, whatever happens. */
    record SetSealed(TaskId task, int attempt, Instant at) implements DatabaseEvent {}

    /**
     * The set cannot be published as a whole any more.
     *
     * @param visible stripes that readers can see already
     */
    record PublishingFailed(TaskId task, int attempt, Problem problem, List<Integer> visible, Instant at)
            implements DatabaseEvent {
        public PublishingFailed {
            visible = List.copyOf(visible);
        }
    }

    /**
     * The attempt cannot go on and is rolled back.
     *
     * @param again whether another attempt follows once that is done
     */
    record AttemptFailed(TaskId task, int attempt, Problem problem, boolean again, Instant at)
            implements DatabaseEvent {}

    /**
     * Somebody wants the task not to go on. Before the commit point of a backup, and while a restore is applied, the running attempt ends with this.
     *
     * @param key of the call, which may be repeated
     * @param reason as a line of {@code task_info}, where it was no caller who wanted it
     */
    record CancelRequested(TaskId task, String login, Optional<CallKey> key, Instant at, Optional<String> reason)
            implements DatabaseEvent {
        public CancelRequested {
            // Rows that were recorded before there were windows do not have it.
            reason = reason == null ? Optional.empty() : reason;
        }

        /** A caller's wish. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public CancelRequested(TaskId task, String login, Optional<CallKey> key, Instant at) {
            this(task, login, key, at, Optional.empty());
        }
    }

    /**
     * The attempt is over although the store has not confirmed that the uploads of these stripes are gone: they are aborted further.
     *
     * @param epoch that the attempt's workers were told
     */
    record UploadsLeft(TaskId task, int attempt, long epoch, List<Integer> stripes, Instant at)
            implements DatabaseEvent {
        public UploadsLeft {
            stripes = List.copyOf(stripes);
        }
    }

    /** Nothing is left of what {@link UploadsLeft} named for this attempt; the task may have ended long before. */
    record UploadsForgotten(TaskId task, int attempt, Instant at) implements DatabaseEvent {}

    /** The instance knows that nothing is left of the ended task. */
    record TidyingNoted(TaskId task, Instant at) implements DatabaseEvent {}

    /**
     * An attempt at a restore begins; as {@link BackupStarted}.
     *
     * @param set that was judged and is to be restored
     */
    record RestoreStarted(TaskId task, int attempt, long epoch, List<String> lines, Instant at, Optional<SetFacts> set)
            implements DatabaseEvent {
        public RestoreStarted {
            // Rows of the first release do not have it.
            set = set == null ? Optional.empty() : set;
            lines = List.copyOf(lines);
        }
    }

    /** Everything of the set is on the host's disk; the server may be started. */
    record RestoreApplied(
            TaskId task, int attempt, Optional<BackupSetId> setId, List<S3Arn> files, List<Long> fileBytes, Instant at)
            implements DatabaseEvent {
        public RestoreApplied {
            files = List.copyOf(files);
            fileBytes = List.copyOf(fileBytes);
        }
    }

    /** A database that is RESTORING is to be opened as it is. */
    record FinishStarted(TaskId task, int attempt, long epoch, List<String> lines, Instant at)
            implements DatabaseEvent {
        public FinishStarted {
            lines = List.copyOf(lines);
        }
    }

    /** Everything of the set is on the host's disk, and is to be made part of a database that stays RESTORING; as {@link RestoreApplied}. */
    record StepApplied(
            TaskId task, int attempt, Optional<BackupSetId> setId, List<S3Arn> files, List<Long> fileBytes, Instant at)
            implements DatabaseEvent {
        public StepApplied {
            files = List.copyOf(files);
            fileBytes = List.copyOf(fileBytes);
        }
    }

    /** The step is part of the database, which is RESTORING at this position. */
    record StepKept(TaskId task, int attempt, RestorePosition position, Instant at) implements DatabaseEvent {}

    /** After its last step the database is to be opened. */
    record OpeningBegun(TaskId task, int attempt, Instant at) implements DatabaseEvent {}

    /** The step was broken off when it may have changed files of the database, which is RESTORING. */
    record StepInterrupted(TaskId task, int attempt, BackupSetId set, S3Arn file, Instant at)
            implements DatabaseEvent {}

    /**
     * Nothing is left of a database that was RESTORING.
     *
     * @param task the last one that restored it
     */
    record DatabaseDropped(TaskId task, String login, Instant at) implements DatabaseEvent {}

    /** The restored server accepts connections: the database exists. */
    record DatabaseOpened(TaskId task, int attempt, DatabaseName display, Instant at) implements DatabaseEvent {}

    /**
     * The restored server accepts connections in the place of the one that had the name before.
     *
     * @param kept that one, which is not served any more
     */
    record DatabaseReplaced(TaskId task, int attempt, DatabaseName display, KeptDatabase kept, Instant at)
            implements DatabaseEvent {}

    /**
     * The database is to be swapped with the one that is kept of it; its host is asked until it answers.
     *
     * @param task the last one of the database
     */
    record SwapBackBegun(TaskId task, String login, HostName host, Instant at) implements DatabaseEvent {}

    /**
     * The host has said how the two databases stand.
     *
     * @param task the last one of the database
     * @param kept the one that is not served; absent when there is only one
     */
    record SwapBackEnded(TaskId task, Optional<KeptDatabase> kept, Instant at) implements DatabaseEvent {}

    /**
     * Nothing is left of the database that was kept.
     *
     * @param task the last one of the database
     */
    record KeptDropped(TaskId task, String login, Instant at) implements DatabaseEvent {}

    /** The task has reached its final lifecycle; {@code detail} is what is shown of it for ever. */
    record TaskEnded(TaskId task, TaskDetail detail, Instant at) implements DatabaseEvent {}

    /** The instance knows that the task has ended. */
    record SlotReturned(TaskId task, Instant at) implements DatabaseEvent {}

    /**
     * A snapshot is to be taken: it is registered with the instance next, and takes its turn among the tasks then.
     *
     * @param task that ended last, for the lack of one of its own
     * @param snapshot also the submission that it is registered with
     * @param request a full backup of the database, by the name that the snapshot shows, into the storage of snapshots
     * @param restore whose initial snapshot it is
     * @param window when the daily backup window closes that it belongs to
     * @param key of the call that asked for it
     */
    record SnapshotWanted(
            TaskId task,
            SnapshotId snapshot,
            SnapshotKind kind,
            BackupRequest request,
            InstanceView view,
            Optional<TaskId> restore,
            Optional<Instant> window,
            Instant at,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<CallKey> key)
            implements DatabaseEvent {
        public SnapshotWanted {
            // Rows of the first releases do not have it.
            key = key == null ? Optional.empty() : key;
        }

        /** Nobody's call, or a call without a key. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public SnapshotWanted(
                TaskId task,
                SnapshotId snapshot,
                SnapshotKind kind,
                BackupRequest request,
                InstanceView view,
                Optional<TaskId> restore,
                Optional<Instant> window,
                Instant at) {
            this(task, snapshot, kind, request, view, restore, window, at, Optional.empty());
        }
    }

    /** The snapshot that was wanted has an id and is a task from now on, if not one that callers see. */
    record SnapshotCreated(TaskId task, Instant at) implements DatabaseEvent {}

    /**
     * The snapshot is available or has failed.
     *
     * @param detail of its task
     * @param restore whose initial snapshot has failed: as it is shown from now on
     */
    record SnapshotEnded(TaskId task, TaskDetail detail, Optional<TaskDetail> restore, Instant at)
            implements DatabaseEvent {}

    /**
     * A snapshot is to be deleted: from here on it cannot be restored, and its files are deleted next.
     *
     * @param task the last one of the database
     * @param login of the call, where it was one
     */
    record SnapshotGoing(TaskId task, SnapshotId snapshot, RemovalCause cause, Optional<String> login, Instant at)
            implements DatabaseEvent {}

    /**
     * Not all files of a snapshot that goes could be deleted, for another reason than before; it is tried again.
     *
     * @param task the last one of the database
     */
    record SnapshotRemovalFailed(TaskId task, SnapshotId snapshot, Problem problem, Instant at)
            implements DatabaseEvent {}

    /**
     * Nothing of a snapshot is left in its storage.
     *
     * @param task the last one of the database
     */
    record SnapshotGone(TaskId task, SnapshotId snapshot, Instant at) implements DatabaseEvent {}
}
