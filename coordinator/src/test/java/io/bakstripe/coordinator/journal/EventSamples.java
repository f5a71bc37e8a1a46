package io.bakstripe.coordinator.journal;

import static io.bakstripe.coordinator.Samples.NOON;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import io.bakstripe.protocol.task.TaskType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** One event of each kind, with every component filled. */
public final class EventSamples {
    private static final TaskId TASK = new TaskId(12);
    private static final UUID SUBMISSION = UUID.fromString("00000000-0000-0000-0000-0000000000bb");
    private static final CallKey KEY = new CallKey("key-1", "5f2d");
    private static final Problem PROBLEM = BackupError.PARAMETER_VALUE
            .problem("value", "'true' or 'false'", "'perhaps'")
            .on("value");
    private static final SnapshotId SNAPSHOT = new SnapshotId(SUBMISSION);
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop1-of-2.bak");

    private static final RestorePosition POSITION = RestorePosition.of(
                    Samples.COPY,
                    Samples.full(),
                    new RolledTo(Lsn.parse("0/3000000"), Optional.of(NOON), false),
                    Recovery.NORECOVERY,
                    "me")
            .after(
                    new RolledTo(Lsn.parse("0/4000100"), Optional.of(NOON.plusSeconds(3)), true),
                    Optional.of(NOON.plusSeconds(4)),
                    Recovery.STANDBY,
                    "you");

    private EventSamples() {}

    public static List<DatabaseEvent> database() {
        return List.of(
                new DatabaseEvent.TaskCreated(
                        TASK,
                        SUBMISSION,
                        Optional.of(KEY),
                        Samples.backup(Samples.SHOP, 2),
                        Samples.SHOP,
                        Samples.view(),
                        "me",
                        List.of(new TaskId(11)),
                        NOON,
                        Optional.of(Samples.log())),
                new DatabaseEvent.BackupStarted(
                        TASK,
                        1,
                        4,
                        Samples.SET,
                        List.of("begins"),
                        NOON,
                        BackupBasis.differential(new DifferentialBase(
                                Samples.SET, List.of(FILE), Samples.full().start(), Lsn.parse("0/3000000")))),
                new DatabaseEvent.BackupOpened(TASK, 1, Samples.start(), List.of(10L, 20L), 7, NOON),
                new DatabaseEvent.ProgressReported(TASK, 1, 45, List.of(5L, 9L), List.of(10L, 20L), NOON),
                new DatabaseEvent.DamageFound(
                        TASK, 1, new Damage(7, List.of(new DamagedPage("base/5/16384", 3))), NOON),
                new DatabaseEvent.DataDrained(TASK, 1, NOON),
                new DatabaseEvent.BackupStopped(
                        TASK,
                        1,
                        Samples.stop(),
                        List.of(Extent.inline("backup_label", new byte[] {1, 2})),
                        List.of(1L, 2L),
                        9,
                        NOON),
                new DatabaseEvent.SetSealed(TASK, 1, NOON),
                new DatabaseEvent.PublishingFailed(TASK, 1, PROBLEM, List.of(2), NOON),
                new DatabaseEvent.AttemptFailed(TASK, 1, PROBLEM, true, NOON),
                new DatabaseEvent.CancelRequested(
                        TASK, "me", Optional.of(KEY), NOON, Optional.of("the backup window is open")),
                new DatabaseEvent.UploadsLeft(TASK, 1, 4, List.of(1, 3), NOON),
                new DatabaseEvent.UploadsForgotten(TASK, 1, NOON),
                new DatabaseEvent.TidyingNoted(TASK, NOON),
                new DatabaseEvent.RestoreStarted(
                        TASK, 2, 5, List.of("begins again"), NOON, Optional.of(Samples.differential())),
                new DatabaseEvent.RestoreApplied(TASK, 2, Optional.of(Samples.SET), List.of(FILE), List.of(30L), NOON),
                new DatabaseEvent.FinishStarted(TASK, 1, 1, List.of("begins"), NOON),
                new DatabaseEvent.StepApplied(TASK, 2, Optional.of(Samples.SET), List.of(FILE), List.of(30L), NOON),
                new DatabaseEvent.StepKept(TASK, 2, POSITION.interruptedBy(Samples.SECOND_SET, FILE), NOON),
                new DatabaseEvent.OpeningBegun(TASK, 2, NOON),
                new DatabaseEvent.StepInterrupted(TASK, 2, Samples.SECOND_SET, FILE, NOON),
                new DatabaseEvent.DatabaseDropped(TASK, "me", NOON),
                new DatabaseEvent.DatabaseOpened(TASK, 2, Samples.COPY, NOON),
                new DatabaseEvent.DatabaseReplaced(TASK, 2, Samples.COPY, Samples.KEPT, NOON),
                new DatabaseEvent.SwapBackBegun(TASK, "me", Samples.HOST, NOON),
                new DatabaseEvent.SwapBackEnded(TASK, Optional.of(Samples.KEPT), NOON),
                new DatabaseEvent.KeptDropped(TASK, "me", NOON),
                new DatabaseEvent.TaskEnded(TASK, detail(), NOON.plusSeconds(60)),
                new DatabaseEvent.SlotReturned(TASK, NOON),
                new DatabaseEvent.SnapshotWanted(
                        TASK,
                        SNAPSHOT,
                        SnapshotKind.DAILY,
                        Samples.backup(Samples.SHOP, 2),
                        Samples.view(),
                        Optional.of(new TaskId(11)),
                        Optional.of(NOON.plusSeconds(900)),
                        NOON),
                new DatabaseEvent.SnapshotCreated(TASK, NOON),
                new DatabaseEvent.SnapshotEnded(TASK, detail(), Optional.of(detail()), NOON.plusSeconds(60)),
                new DatabaseEvent.SnapshotGoing(TASK, SNAPSHOT, RemovalCause.CALL, Optional.of("me"), NOON),
                new DatabaseEvent.SnapshotRemovalFailed(TASK, SNAPSHOT, PROBLEM, NOON),
                new DatabaseEvent.SnapshotGone(TASK, SNAPSHOT, NOON));
    }

    static List<InstanceEvent> instance() {
        return List.of(
                new InstanceEvent.InstanceDeclared(Samples.complete(3), NOON),
                new InstanceEvent.TaskRegistered(
                        TASK, Samples.COPY_REF, Samples.COPY, SUBMISSION, Optional.of(KEY), true, NOON),
                new InstanceEvent.RegistrationVoided(TASK, NOON),
                new InstanceEvent.SlotGranted(TASK, NOON),
                new InstanceEvent.SlotReleased(TASK, NOON),
                new InstanceEvent.TidyingAwaited(TASK, Samples.SHOP_REF, NOON),
                new InstanceEvent.TidyingEnded(TASK, NOON),
                new InstanceEvent.ConfigurationSet("S3 backup compression", "false", NOON));
    }

    static List<JournalEvent> all() {
        return Stream.<JournalEvent>concat(database().stream(), instance().stream())
                .toList();
    }

    private static TaskDetail detail() {
        return new TaskDetail(
                Samples.INSTANCE,
                new TaskRow(
                        TASK,
                        TaskType.BACKUP_DB,
                        Samples.SHOP,
                        95,
                        1,
                        Lifecycle.ERROR,
                        "[2026-03-04 12:00:00.250] Task execution has started.",
                        NOON,
                        NOON,
                        Optional.of(Samples.STRIPED),
                        Optional.of(0),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                "ended",
                1,
                Optional.of(NOON),
                Optional.of(NOON.plusSeconds(60)),
                Optional.of(Samples.SET),
                10,
                10,
                12,
                List.of(new StripeDetail(1, FILE, Optional.of("node-1"), "aborted", 10, 10, 4, 100, 1, false, 3)),
                Optional.of(PROBLEM));
    }
}
