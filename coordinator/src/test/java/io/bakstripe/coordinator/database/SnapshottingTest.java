package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.STORED;
import static io.bakstripe.coordinator.database.Given.stripe;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackBegun;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.TakeDailySnapshot;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rules of snapshots, without actors (rows L5, L10, B8). */
class SnapshottingTest {
    private static final TaskId TWO = new TaskId(2);
    private static final Instant CLOSES = Instant.parse("2026-03-05T00:15:00Z");

    private final Steps steps = new Steps(STORED, () -> new UUID(1, 2));
    private final Snapshotting snapshots = new Snapshotting(STORED.snapshots(), () -> new UUID(1, 3));

    private static Course taken(DatabaseRecord state) {
        return Course.snapshot(state, Samples.SHOP)
                .opened()
                .stripes(StripeState.DRAINED, StripeState.DRAINED)
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .published();
    }

    private static DatabaseRecord afterFull() {
        return Course.started(Samples.backup(Samples.SHOP, 2))
                .opened()
                .stripes(StripeState.DRAINED, StripeState.DRAINED)
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .published()
                .state();
    }

    private static BackupRequest differential() {
        return new BackupRequest(
                Samples.SHOP, BackupType.DIFFERENTIAL, S3Arn.parse("arn:aws:s3:::bucket/shop.dif"), false, 1, false);
    }

    private static Optional<BackupError> refusal(DatabaseRecord state, BackupRequest request) {
        return SubmissionRules.refusal(state, Samples.view(), request, Samples.ME, Optional.empty())
                .map(problem -> problem.error());
    }

    @Test
    void isAFullBackupThatStandsInTheHistoryAndInNoTaskStatus() {
        DatabaseRecord state = taken(DatabaseRecord.empty()).state();

        assertThat(state.tasks()).isEmpty();
        assertThat(state.recent()).isEmpty();
        assertThat(state.unreleased()).containsExactly(ONE);
        assertThat(state.history().sets()).singleElement().satisfies(set -> {
            assertThat(set.type()).isEqualTo(BackupType.FULL);
            assertThat(set.snapshot()).contains(SnapshotKind.MANUAL);
            assertThat(set.servesAsBase()).isFalse();
        });
        assertThat(state.history().last()).hasValueSatisfying(last -> {
            assertThat(last.snapshot()).contains(SnapshotKind.MANUAL);
            assertThat(last.servesAsBase()).isFalse();
        });
        assertThat(Snapshotting.shown(state)).singleElement().satisfies(snapshot -> {
            assertThat(snapshot.id()).isEqualTo(Given.SNAPSHOT);
            assertThat(snapshot.state()).isEqualTo(SnapshotState.AVAILABLE);
            assertThat(snapshot.bytes()).contains(600L);
            assertThat(snapshot.startedAt()).isPresent();
            assertThat(snapshot.finishedAt()).isPresent();
            assertThat(snapshot.problem()).isEmpty();
        });
    }

    @Test
    void leavesTheChainOfLogsAlone() {
        DatabaseRecord before = Given.logged();

        DatabaseRecord after = taken(before).state();

        assertThat(after.history().chain()).isEqualTo(before.history().chain());
        assertThat(after.history().broken()).isEmpty();
    }

    @Test
    void opensItsSessionWithoutTouchingTheServersLog() {
        DatabaseRecord state = Course.snapshot(Given.logged(), Samples.SHOP).state();

        assertThat(state.tasks().get(0).running().basis()).isEqualTo(BackupBasis.full(false));
    }

    @Test
    void breaksTheDifferentialBaseUntilTheNextFullBackup() {
        DatabaseRecord full = afterFull();
        assertThat(refusal(full, differential())).isEmpty();

        DatabaseRecord broken = taken(full).state();

        assertThat(refusal(broken, differential())).contains(BackupError.SNAPSHOT_SINCE_FULL);
        assertThat(BackupRules.basis(broken, Samples.view(), differential())).isEmpty();
        assertThat(broken.history().sets()).noneMatch(set -> set.servesAsBase());
        assertThat(refusal(afterFullOf(broken), differential())).isEmpty();
    }

    private static DatabaseRecord afterFullOf(DatabaseRecord state) {
        BackupHistory history = afterFull().history();
        return new DatabaseRecord(
                state.restored(),
                state.position(),
                state.tasks(),
                state.recent(),
                state.unreleased(),
                history,
                state.leftovers(),
                state.untold(),
                state.snapshots(),
                state.kept());
    }

    @Test
    void aFullBackupClearsWhatASnapshotHasBroken() {
        TaskState full = Given.backup(TaskPhase.PUBLISHING).tasks().get(0);
        BackupHistory broken = taken(afterFull()).state().history();
        assertThat(broken.snapshotSince()).contains(Given.SNAPSHOT);

        BackupHistory mended =
                broken.published(full, TaskDetails.ended(full, Given.live(), TaskEnd.SUCCESS, NOON), NOON);

        assertThat(mended.snapshotSince()).isEmpty();
        assertThat(mended.differentialBase()).isPresent();
    }

    @Test
    void withNoFullBackupAtAllADifferentialIsRefusedWithMessage3035() {
        assertThat(refusal(taken(DatabaseRecord.empty()).state(), differential()))
                .contains(BackupError.NO_DIFFERENTIAL_BASE);
    }

    @Test
    void aPendingSnapshotIsNoFullBackupThatADifferentialCouldWaitFor() {
        DatabaseRecord waiting =
                Given.after(DatabaseRecord.empty(), Given.wantedSnapshot(Samples.SHOP), new SnapshotCreated(ONE, NOON));

        assertThat(refusal(waiting, differential())).contains(BackupError.NO_DIFFERENTIAL_BASE);
    }

    @Test
    void noBackupIsAcceptedWhileOneIsTaken() {
        DatabaseRecord running =
                Course.snapshot(DatabaseRecord.empty(), Samples.SHOP).state();

        assertThat(refusal(running, Samples.backup(Samples.SHOP, 1))).contains(BackupError.SNAPSHOT_RUNNING);
    }

    @Test
    void aNativeTaskThatWaitsDoesNotStartWhileOneIsTaken() {
        DatabaseRecord running = Given.after(
                Course.snapshot(DatabaseRecord.empty(), Samples.SHOP).state(),
                Given.created(TWO, Samples.backup(Samples.SHOP, 2)));
        Live ready = Given.live().slot(TWO).start(Check.UNASKED.answered(Optional.empty()));

        assertThat(Steps.head(running, ready).orElseThrow().id()).isEqualTo(ONE);
        assertThat(steps.due(running, ready, NOON)).isEmpty();
    }

    @Test
    void itWaitsForItsTurnBehindNativeTasks() {
        DatabaseRecord state = Given.after(
                DatabaseRecord.empty(),
                Given.created(ONE, Samples.backup(Samples.SHOP, 2)),
                Given.wantedSnapshot(Samples.SHOP),
                new SnapshotCreated(TWO, NOON));

        assertThat(steps.due(state, Given.live(), NOON)).isEmpty();
        assertThat(Snapshotting.shown(state))
                .extracting(snapshot -> snapshot.state())
                .containsExactly(SnapshotState.WAITING);
    }

    @Test
    void failsWithTheStoresWordsAndLeavesTheDifferentialBaseAlone() {
        DatabaseRecord state = Course.snapshot(afterFull(), Samples.SHOP)
                .opened()
                .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                .rolledBack()
                .state();

        assertThat(Snapshotting.shown(state)).singleElement().satisfies(snapshot -> {
            assertThat(snapshot.state()).isEqualTo(SnapshotState.FAILED);
            assertThat(snapshot.bytes()).isEmpty();
            assertThat(snapshot.problem())
                    .hasValueSatisfying(text -> assertThat(text).contains("Access Denied"));
        });
        assertThat(refusal(state, differential())).isEmpty();
        assertThat(state.leftovers()).isEmpty();
    }

    @Test
    void uploadsThatItLeftAreSoughtInItsOwnStorage() {
        DatabaseRecord state = Course.snapshot(DatabaseRecord.empty(), Samples.SHOP)
                .opened()
                .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                .waited(STORED.rollbackLimit())
                .state();

        assertThat(state.leftovers())
                .singleElement()
                .satisfies(left -> assertThat(left.storage()).isEqualTo(Storage.SNAPSHOTS));
    }

    @Test
    void withoutAStorageNoneIsWanted() {
        List<DatabaseEvent> due = new Steps(Given.SETTINGS, () -> new UUID(1, 2))
                .due(
                        Given.restore(TaskPhase.RECOVERING),
                        Given.live().restore(Given.restoring(RestoreState.OPENED, 1_000)),
                        NOON);

        assertThat(due).anyMatch(TaskEnded.class::isInstance).noneMatch(SnapshotWanted.class::isInstance);
        assertThat(new Snapshotting(Given.SETTINGS.snapshots(), () -> new UUID(1, 3))
                        .refusal(Given.online(Samples.SHOP), Samples.view(), Samples.SHOP)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_STORAGE_ABSENT);
    }

    @Test
    void isRefusedOfADatabaseThatIsNotOnlineAndWhileOneIsUnderWay() {
        assertThat(snapshots
                        .refusal(Given.left(), Samples.view(), Samples.COPY)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_NOT_ONLINE);
        assertThat(snapshots
                        .refusal(DatabaseRecord.empty(), Samples.view(), Samples.COPY)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
        assertThat(snapshots
                        .refusal(
                                Given.after(DatabaseRecord.empty(), Given.wantedSnapshot(Samples.SHOP)),
                                Samples.view(),
                                Samples.SHOP)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_UNDER_WAY);
    }

    @Test
    void theDailyOneIsTakenOnceInEveryOpeningOfTheWindow() {
        TakeDailySnapshot today = new TakeDailySnapshot(Samples.view(), CLOSES);
        DatabaseRecord state = DatabaseRecord.empty();

        SnapshotWanted first = snapshots.daily(state, Samples.SHOP, today, NOON).orElseThrow();
        assertThat(first.kind()).isEqualTo(SnapshotKind.DAILY);
        DatabaseRecord ended = Given.after(
                state,
                first,
                new SnapshotCreated(ONE, NOON),
                new SnapshotEnded(
                        ONE,
                        TaskDetails.ended(
                                Given.backup(TaskPhase.WAITING).tasks().get(0),
                                Given.live(),
                                TaskEnd.error(DENIED),
                                NOON),
                        Optional.empty(),
                        NOON));

        assertThat(snapshots.daily(ended, Samples.SHOP, today, NOON)).isEmpty();
        TakeDailySnapshot tomorrow = new TakeDailySnapshot(Samples.view(), CLOSES.plus(Duration.ofDays(1)));
        assertThat(snapshots.daily(ended, Samples.SHOP, tomorrow, NOON)).isPresent();
        assertThat(snapshots.daily(Given.left(), Samples.COPY, today, NOON)).isEmpty();
    }

    @Test
    void isNotTakenWhileTheDatabaseIsSwappedAndKeepsItFromBeingSwapped() {
        DatabaseRecord kept = Given.replaced(Samples.SHOP);

        assertThat(snapshots
                        .refusal(
                                Given.after(kept, new SwapBackBegun(ONE, "me", Samples.HOST, NOON)),
                                Samples.managing(),
                                Samples.SHOP)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.SWAP_UNDER_WAY);
        assertThat(ReplacementRules.swapRefusal(
                                Given.after(kept, Given.wantedSnapshot(Samples.SHOP)), Samples.managing(), Samples.SHOP)
                        .orElseThrow()
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_UNDER_WAY);
    }
}
