package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.instance.DatabaseInfo.LastFullBackup;
import io.bakstripe.protocol.instance.DatabaseInfo.LogBackups;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Commands and reports to a database's coordinator. The entity id is {@code DatabaseRef.entityId()}.
 *
 * <p>Reports carry the epoch that the worker was told; a report of another epoch or attempt is ignored.
 */
public sealed interface DatabaseCommand extends DatabaseMessage, CborSerializable {
    EntityTypeKey<DatabaseCommand> KEY = EntityTypeKey.create(DatabaseCommand.class, "database");

    /** A call that is to become a task, its name already resolved by the instance. */
    record Submit(
            TaskRequest request,
            InstanceView view,
            Login login,
            Optional<RequestKey> key,
            ActorRef<SubmitReply> replyTo)
            implements DatabaseCommand {}

    /**
     * A call to cancel a task; what it names need not exist.
     *
     * @param key answers a repeated call with the same row even after the task has ended
     */
    record Cancel(TaskId task, Login login, Optional<RequestKey> key, ActorRef<CancelReply> replyTo)
            implements DatabaseCommand {}

    /** Sent by the instance when it starts, so that unfinished tasks go on and what ended ones left is tidied up. */
    record Wake(InstanceView view) implements DatabaseCommand {}

    /** The answer to {@link InstanceCommand.Register}. */
    record Registered(UUID submission, TaskId task) implements DatabaseCommand {}

    /**
     * The answer to {@link InstanceCommand.Register} when nothing is registered: the request key belongs to another call ({@code problem}) or to
     * a task that exists already ({@code existing}).
     */
    record NotRegistered(UUID submission, Optional<Problem> problem, Optional<TaskId> existing)
            implements DatabaseCommand {}

    /** The answer to {@link InstanceCommand.RequestSlot}, once a slot is free. */
    record SlotGranted(TaskId task) implements DatabaseCommand {}

    /** The answer to {@link InstanceCommand.ReleaseSlot}. */
    record SlotReleased(TaskId task) implements DatabaseCommand {}

    /** The answer to {@link InstanceCommand.Tidied}. */
    record TidyNoted(TaskId task) implements DatabaseCommand {}

    /**
     * The instance asks whether a registered task exists and is unfinished; answered with {@link InstanceCommand.ProbeAnswer} or, for an ended task
     * that left something, with {@link InstanceCommand.ReleaseSlot}.
     */
    record Probe(TaskId task, UUID submission) implements DatabaseCommand {}

    /** The engine's backup is open and the data plan is cut. */
    record SessionOpened(AttemptRef attempt, long epoch, StartFacts facts, List<Long> stripeBytes, long statements)
            implements DatabaseCommand {
        public SessionOpened {
            stripeBytes = List.copyOf(stripeBytes);
        }
    }

    /**
     * The engine's backup is stopped and the closing plan is cut; the log it needs is still held.
     *
     * @param inline as in {@link SessionCommand.StoppedEngine}
     */
    record EngineStopped(
            AttemptRef attempt,
            long epoch,
            StopFacts facts,
            List<Extent> inline,
            List<Long> stripeBytes,
            long statements)
            implements DatabaseCommand {
        public EngineStopped {
            inline = List.copyOf(inline);
            stripeBytes = List.copyOf(stripeBytes);
        }
    }

    /** Nothing of the session is left on the server. */
    record SessionEnded(AttemptRef attempt, long epoch) implements DatabaseCommand {}

    /** The session cannot go on, or was lost; the attempt is over. */
    record SessionFailed(AttemptRef attempt, long epoch, Problem problem) implements DatabaseCommand {}

    /**
     * Where a stripe worker stands; sent at every change of state, every 5 percent and as the answer to every tick.
     *
     * @param resumed how often the stripe went on after parts that were recorded before
     * @param damage pages in the recorded parts whose checksums are wrong
     */
    record StripeReport(
            StripeRef stripe,
            long epoch,
            StripeState state,
            String node,
            long bytesDone,
            long storedBytes,
            long bytesPerSecond,
            long statements,
            int resumed,
            Optional<Problem> problem,
            Damage damage)
            implements DatabaseCommand {
        public StripeReport {
            // Nodes of the first release do not send it.
            damage = damage == null ? Damage.none() : damage;
        }

        /** Without damage. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public StripeReport(
                StripeRef stripe,
                long epoch,
                StripeState state,
                String node,
                long bytesDone,
                long storedBytes,
                long bytesPerSecond,
                long statements,
                int resumed,
                Optional<Problem> problem) {
            this(
                    stripe,
                    epoch,
                    state,
                    node,
                    bytesDone,
                    storedBytes,
                    bytesPerSecond,
                    statements,
                    resumed,
                    problem,
                    Damage.none());
        }
    }

    /** The states that a stripe worker reports. */
    enum StripeState {
        STARTING,
        STREAMING,
        /** All data extents are stored and compared with the store's list of parts. */
        DRAINED,
        CLOSING,
        /** All parts, trailer included, are stored and compared; only the completion is missing. */
        PREPARED,
        PUBLISHED,
        /** The store knows nothing of this upload any more. */
        ABORTED,
        FAILED
    }

    /**
     * Where a restore worker stands; sent as stripe reports are.
     *
     * @param files the stripes found, in order of family; empty before they are known
     * @param kept of a step that is part of the database: how far this has come with it
     * @param touched whether files of a database that was RESTORING before may have been changed by a step that is not part of it
     * @param replaced of a restore that was put in the place of a database: the one that it replaced
     */
    record RestoreReport(
            AttemptRef attempt,
            long epoch,
            RestoreState state,
            String node,
            Optional<BackupSetId> setId,
            List<RestoredStripe> files,
            Optional<Problem> problem,
            Optional<RolledTo> kept,
            boolean touched,
            Optional<KeptDatabase> replaced)
            implements DatabaseCommand {
        public RestoreReport {
            files = List.copyOf(files);
            // Nodes of the first releases do not send it.
            replaced = replaced == null ? Optional.empty() : replaced;
        }

        /** Of a step that replaces no database. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public RestoreReport(
                AttemptRef attempt,
                long epoch,
                RestoreState state,
                String node,
                Optional<BackupSetId> setId,
                List<RestoredStripe> files,
                Optional<Problem> problem,
                Optional<RolledTo> kept,
                boolean touched) {
            this(attempt, epoch, state, node, setId, files, problem, kept, touched, Optional.empty());
        }

        /** Of a step that has not got so far, or that makes a database. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public RestoreReport(
                AttemptRef attempt,
                long epoch,
                RestoreState state,
                String node,
                Optional<BackupSetId> setId,
                List<RestoredStripe> files,
                Optional<Problem> problem) {
            this(attempt, epoch, state, node, setId, files, problem, Optional.empty(), false);
        }
    }

    /** How far one file of the set is applied. */
    record RestoredStripe(S3Arn file, long bytesDone, long bytesTotal, long bytesPerSecond) {}

    /** The states that a restore worker reports. */
    enum RestoreState {
        STARTING,
        APPLYING,
        /** Everything is written, synced and checked against the manifest; no server was started. */
        APPLIED,
        OPENING,
        /** The step is part of the database, which stays RESTORING. */
        KEPT,
        /** The server runs and accepts connections. */
        OPENED,
        /** Nothing of this attempt is left on the host. */
        DISCARDED,
        FAILED
    }

    /** What a caller asks and what changes nothing. */
    sealed interface Question extends DatabaseCommand {}

    record DescribeDatabase(ActorRef<DatabaseDescription> replyTo) implements Question {}

    /**
     * @param state absent when the database does not exist
     * @param logBackups of a database whose log is, or was, backed up
     * @param position of a database that is RESTORING
     * @param standby whether it can be read although it is RESTORING
     * @param replaced the one that is kept since this one was put in its place
     */
    record DatabaseDescription(
            Optional<DatabaseName> name,
            Optional<DatabaseState> state,
            Optional<LastFullBackup> lastFullBackup,
            Optional<LogBackups> logBackups,
            Optional<ChainPosition> position,
            boolean standby,
            Optional<KeptDatabase> replaced)
            implements CborSerializable {
        public DatabaseDescription {
            // Nodes of the first releases do not send it.
            replaced = replaced == null ? Optional.empty() : replaced;
        }
    }

    record DescribeBackupSets(ActorRef<BackupSets> replyTo) implements Question {}

    /** @param sets newest first */
    record BackupSets(List<BackupSetInfo> sets) implements CborSerializable {
        public BackupSets {
            sets = List.copyOf(sets);
        }
    }

    /** Removes a database that is RESTORING (row D1), or the one that is kept of a database that is ONLINE; answered once nothing of it is left. */
    record Drop(DatabaseName database, InstanceView view, Login login, ActorRef<DropReply> replyTo)
            implements DatabaseCommand {}

    /** Swaps a database that is ONLINE with the one that is kept of it; answered once the other one is served. */
    record SwapBack(DatabaseName database, InstanceView view, Login login, ActorRef<SwapReply> replyTo)
            implements DatabaseCommand {}

    /** Takes a snapshot of the database; answered once it is recorded. */
    record TakeSnapshot(
            DatabaseName database, InstanceView view, Optional<RequestKey> key, ActorRef<SnapshotReply> replyTo)
            implements DatabaseCommand {
        public TakeSnapshot {
            // Nodes of the first releases do not send it.
            key = key == null ? Optional.empty() : key;
        }
    }

    /**
     * The instance's daily backup window is open: take the snapshot that belongs to it, unless there is one under way or the database is not ONLINE. Always
     * answered with {@link InstanceCommand.DailySnapshotSeen}.
     *
     * @param closes when this window closes; identifies it
     */
    record TakeDailySnapshot(InstanceView view, Instant closes) implements DatabaseCommand {}

    /**
     * Deletes a snapshot; sent to every database of an instance, for the snapshot's name does not say whose it is. Answered once it is recorded that the
     * snapshot goes.
     */
    record DeleteSnapshot(SnapshotId snapshot, Login login, ActorRef<DeleteSnapshotReply> replyTo)
            implements DatabaseCommand {}

    /**
     * Lets go of the snapshots that need not be kept any longer, and tries again what could not be deleted. Always answered with {@link
     * InstanceCommand.SnapshotsPruned}.
     */
    record PruneSnapshots() implements DatabaseCommand {}

    /** Asks for the files of a snapshot; sent to every database of an instance, for the snapshot's id does not say whose it is. */
    record FindSnapshot(SnapshotId snapshot, ActorRef<SnapshotFound> replyTo) implements Question {}

    /** @param snapshot absent where the database has no such one */
    record SnapshotFound(Optional<StoredSnapshot> snapshot) implements CborSerializable {}

    /** @param files as a restore takes them */
    record StoredSnapshot(SnapshotInfo info, S3Arn files) {}

    /**
     * Asks whether the database is partially restored and may be dropped because a snapshot is restored to its instance, or drops it (row D2). A database
     * that is not partially restored is left as it is.
     *
     * @param login name of who restores the snapshot
     * @param drop whether it is dropped, or only asked about
     */
    record ClearPartial(InstanceView view, String login, boolean drop, ActorRef<PartialReply> replyTo)
            implements DatabaseCommand {}

    /**
     * @param problem why a database that is partially restored may not be dropped; absent: it may be, or is gone, or there is none
     * @param dropped its name, when it was dropped for this question; absent when it was gone before
     */
    record PartialReply(Optional<Problem> problem, Optional<DatabaseName> dropped) implements CborSerializable {
        public PartialReply {
            // Nodes of the first releases do not send it.
            dropped = dropped == null ? Optional.empty() : dropped;
        }

        /** Of a database that was not dropped. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartialReply(Optional<Problem> problem) {
            this(problem, Optional.empty());
        }
    }

    record DescribeSnapshots(ActorRef<Snapshots> replyTo) implements Question {}

    /** @param snapshots newest first */
    record Snapshots(List<SnapshotInfo> snapshots) implements CborSerializable {
        public Snapshots {
            snapshots = List.copyOf(snapshots);
        }
    }

    /** Asks for tasks that are unfinished or ended lately; those it does not know are left out. */
    record DescribeTasks(List<TaskId> tasks, ActorRef<TaskDescriptions> replyTo) implements DatabaseCommand {
        public DescribeTasks {
            tasks = List.copyOf(tasks);
        }
    }

    record TaskDescriptions(List<TaskDetail> tasks) implements CborSerializable {
        public TaskDescriptions {
            tasks = List.copyOf(tasks);
        }
    }
}
