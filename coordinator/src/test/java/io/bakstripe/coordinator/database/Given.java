package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStopped;
import io.bakstripe.coordinator.journal.DatabaseEvent.DataDrained;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.PublishingFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SetSealed;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepKept;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** States that tests begin with, made of the events that lead there. */
final class Given {
    static final TaskId ONE = new TaskId(1);
    static final DatabaseSettings SETTINGS =
            DatabaseSettings.from(ConfigFactory.load().getConfig("bakstripe.coordinator"));
    static final Problem LOST = BackupError.SESSION_LOST.problem("Shop", "the node stopped");
    static final Problem DENIED = BackupError.ACCESS_DENIED.problem("the bucket policy says no");
    static final SnapshotId SNAPSHOT = new SnapshotId(new UUID(8, 1));
    /** With a storage for snapshots. */
    static final DatabaseSettings STORED =
            DatabaseSettings.from(ConfigFactory.parseString("bakstripe.coordinator.snapshots.bucket = snaps")
                    .withFallback(ConfigFactory.load())
                    .getConfig("bakstripe.coordinator"));

    static final AttemptRef FIRST = new AttemptRef(Samples.INSTANCE, ONE, 1);

    static final RestorePosition POSITION =
            RestorePosition.of(Samples.COPY, Samples.full(), rolledTo(Samples.full()), Recovery.NORECOVERY, "me");

    static final LogChain CHAIN = new LogChain(
            Samples.start().systemIdentifier(), 1, Samples.FORK, Lsn.parse("0/3000000"), Lsn.parse("0/3000000"), NOON);

    private Given() {}

    /** A database whose chain of log backups has begun. */
    static DatabaseRecord logged() {
        return new DatabaseRecord(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                new BackupHistory(List.of(), Optional.empty(), Optional.of(CHAIN), Optional.empty(), Optional.empty()),
                List.of(),
                List.of());
    }

    /** The end of a set, as its host tells it. */
    static RolledTo rolledTo(SetFacts set) {
        return new RolledTo(set.lastLsn(), Optional.of(set.stop().stoppedAt()), false);
    }

    static TaskCreated created(TaskId task, TaskRequest request, TaskId... waitsFor) {
        return new TaskCreated(
                task,
                new UUID(7, task.value()),
                Optional.of(new CallKey("key-" + task, "hash")),
                request,
                request.database(),
                request instanceof RestoreRequest restore && restore.replaces() ? Samples.managing() : Samples.view(),
                "me",
                List.of(waitsFor),
                NOON,
                Optional.empty());
    }

    /** A backup to two files in that phase. */
    static DatabaseRecord backup(TaskPhase phase) {
        DatabaseRecord waiting = after(DatabaseRecord.empty(), created(ONE, Samples.backup(Samples.SHOP, 2)));
        List<DatabaseEvent> path = List.of(
                new BackupStarted(
                        ONE, 1, 1, Samples.SET, List.of("Task execution has started."), NOON, BackupBasis.full(true)),
                new BackupOpened(ONE, 1, Samples.start(), List.of(1_000L, 1_000L), 7, NOON),
                new DataDrained(ONE, 1, NOON),
                new BackupStopped(ONE, 1, Samples.stop(), List.of(), List.of(10L, 10L), 9, NOON),
                new SetSealed(ONE, 1, NOON));
        DatabaseRecord state = waiting;
        for (DatabaseEvent event : path) {
            if (phaseOf(state) == phase) {
                return state;
            }
            state = state.apply(event);
        }
        return switch (phase) {
            case PUBLISHING -> state;
            case ABANDONING -> after(state, new PublishingFailed(ONE, 1, DENIED, List.of(2), NOON));
            case ROLLING_BACK -> after(backup(TaskPhase.STREAMING), new AttemptFailed(ONE, 1, LOST, true, NOON));
            default -> throw new IllegalArgumentException(phase.name());
        };
    }

    /** A restore in that phase. */
    static DatabaseRecord restore(TaskPhase phase) {
        DatabaseRecord waiting = after(DatabaseRecord.empty(), created(ONE, Samples.restore(Samples.COPY)));
        DatabaseRecord applying =
                after(waiting, new RestoreStarted(ONE, 1, 1, List.of("begins"), NOON, Optional.of(Samples.full())));
        DatabaseRecord recovering = after(
                applying,
                new RestoreApplied(
                        ONE,
                        1,
                        Optional.of(Samples.SET),
                        List.of(S3Arn.parse("arn:aws:s3:::bucket/shop.bak")),
                        List.of(1_000L),
                        NOON));
        DatabaseRecord keeping = after(
                DatabaseRecord.empty(),
                created(ONE, Samples.step(BackupType.FULL, Recovery.NORECOVERY)),
                new RestoreStarted(ONE, 1, 1, List.of("begins"), NOON, Optional.of(Samples.full())),
                new StepApplied(ONE, 1, Optional.of(Samples.SET), Samples.full().files(), List.of(1_000L), NOON));
        return switch (phase) {
            case WAITING -> waiting;
            case KEEPING -> keeping;
            case KEPT -> after(keeping, new StepKept(ONE, 1, POSITION, NOON));
            case APPLYING -> applying;
            case RECOVERING -> recovering;
            case RECOVERED -> after(recovering, new DatabaseOpened(ONE, 1, Samples.COPY, NOON));
            case DISCARDING -> after(applying, new AttemptFailed(ONE, 1, LOST, true, NOON));
            default -> throw new IllegalArgumentException(phase.name());
        };
    }

    /** Database {@link Samples#COPY} when {@link Samples#full()} was restored to it with NORECOVERY. */
    static DatabaseRecord left() {
        return left(POSITION);
    }

    static DatabaseRecord left(RestorePosition position) {
        return new DatabaseRecord(
                Optional.empty(),
                Optional.of(position),
                List.of(),
                List.of(),
                List.of(),
                BackupHistory.none(),
                List.of(),
                List.of());
    }

    /** A call's snapshot. */
    static SnapshotWanted wantedSnapshot(DatabaseName database) {
        return new SnapshotWanted(
                ONE,
                SNAPSHOT,
                SnapshotKind.MANUAL,
                Samples.backup(database, 2),
                Samples.view(),
                Optional.empty(),
                Optional.empty(),
                NOON);
    }

    static DatabaseRecord online(DatabaseName name) {
        return new DatabaseRecord(
                Optional.of(name),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                BackupHistory.none(),
                List.of(),
                List.of());
    }

    static DatabaseRecord after(DatabaseRecord state, DatabaseEvent... events) {
        DatabaseRecord next = state;
        for (DatabaseEvent event : events) {
            next = next.apply(event);
        }
        return next;
    }

    static TaskPhase phaseOf(DatabaseRecord state) {
        return state.tasks().get(0).phase();
    }

    static Live live() {
        return Live.fresh(NOON);
    }

    static StripeReport stripe(int number, StripeState state, long done, Problem... problem) {
        return new StripeReport(
                FIRST.stripe(number),
                1,
                state,
                "node-1",
                done,
                300,
                100,
                3,
                0,
                List.of(problem).stream().findFirst());
    }

    static final Damage DAMAGE =
            Damage.of(List.of(new DamagedPage("base/5/16384", 3), new DamagedPage("base/5/16384", 8)));

    /** All stripes are drained, and the second has met {@link #DAMAGE}. */
    static Live drainedWithDamage() {
        StripeReport second = stripe(2, StripeState.DRAINED, 1_000);
        return live().stripe(stripe(1, StripeState.DRAINED, 1_000)).stripe(damaged(second));
    }

    static StripeReport damaged(StripeReport report) {
        return new StripeReport(
                report.stripe(),
                report.epoch(),
                report.state(),
                report.node(),
                report.bytesDone(),
                report.storedBytes(),
                report.bytesPerSecond(),
                report.statements(),
                report.resumed(),
                report.problem(),
                DAMAGE);
    }

    static Live stripes(StripeState first, StripeState second) {
        return live().stripe(stripe(1, first, 1_000)).stripe(stripe(2, second, 1_000));
    }

    static RestoreReport kept(SetFacts set, boolean stopped) {
        return new RestoreReport(
                FIRST,
                1,
                RestoreState.KEPT,
                "node-1",
                Optional.of(set.setId()),
                List.of(),
                Optional.empty(),
                Optional.of(new RolledTo(set.lastLsn(), Optional.of(set.stop().stoppedAt()), stopped)),
                false);
    }

    /** The set has become part of the database, whose server does not run. */
    static RestoreReport unreadable(SetFacts set) {
        RestoreReport kept = kept(set, false);
        return new RestoreReport(
                kept.attempt(),
                kept.epoch(),
                RestoreState.FAILED,
                kept.node(),
                kept.setId(),
                kept.files(),
                Optional.of(BackupError.STANDBY_IMPOSSIBLE.problem("Copy", "it does not start", "server.log")),
                kept.kept(),
                kept.touched());
    }

    static RestoreReport discarded(boolean touched) {
        return new RestoreReport(
                FIRST,
                1,
                RestoreState.DISCARDED,
                "node-1",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                touched);
    }

    /** The restored database is served in the place of {@link Samples#KEPT}. */
    static RestoreReport replaced() {
        RestoreReport opened = restoring(RestoreState.OPENED, 1_000);
        return new RestoreReport(
                opened.attempt(),
                opened.epoch(),
                opened.state(),
                opened.node(),
                opened.setId(),
                opened.files(),
                opened.problem(),
                Optional.empty(),
                false,
                Optional.of(Samples.KEPT));
    }

    /** A database that is ONLINE and of which another one is kept. */
    static DatabaseRecord replaced(DatabaseName name) {
        DatabaseRecord online = online(name);
        return new DatabaseRecord(
                online.restored(),
                online.position(),
                online.tasks(),
                online.recent(),
                online.unreleased(),
                online.history(),
                online.leftovers(),
                online.untold(),
                online.snapshots(),
                Optional.of(new KeptState(Samples.KEPT)));
    }

    static RestoreReport restoring(RestoreState state, long done, Problem... problem) {
        return new RestoreReport(
                FIRST,
                1,
                state,
                "node-1",
                Optional.of(Samples.SET),
                List.of(new RestoredStripe(S3Arn.parse("arn:aws:s3:::bucket/shop.bak"), done, 1_000, 50)),
                List.of(problem).stream().findFirst());
    }
}
