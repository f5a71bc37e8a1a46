package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Taken.daily;
import static io.bakstripe.coordinator.database.Taken.id;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.DeleteSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.PruneSnapshots;
import io.bakstripe.protocol.message.DatabaseCommand.TakeSnapshot;
import io.bakstripe.protocol.message.DeleteSnapshotReply;
import io.bakstripe.protocol.message.DeleteSnapshotReply.Accepted;
import io.bakstripe.protocol.message.DeleteSnapshotReply.Refused;
import io.bakstripe.protocol.message.InstanceCommand.SnapshotsPruned;
import io.bakstripe.protocol.message.SnapshotFilesCommand.Remove;
import io.bakstripe.protocol.message.SnapshotFilesCommand.SnapshotFilesReply;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Snapshots from the wish that they go until nothing is left of them, among probes, with a restart at every step. */
class SnapshotRemovalsTest extends AmongProbes {
    private static final Duration QUIET = Duration.ofMillis(200);

    @Override
    Config config() {
        return ConfigFactory.parseString("""
                        bakstripe.coordinator.snapshots { bucket = snaps, files = 2, delete = true, keep = 2, removal-limit = 1 s }
                        """).withFallback(super.config());
    }

    private DeleteSnapshotReply delete(SnapshotId snapshot) {
        TestProbe<DeleteSnapshotReply> asking = probe();
        database.runCommand(new DeleteSnapshot(snapshot, Samples.ME, asking.getRef()));
        return asking.receiveMessage();
    }

    private SnapshotState deleted(SnapshotId snapshot) {
        return ((Accepted) delete(snapshot)).snapshot().state();
    }

    private BackupError refused(SnapshotId snapshot) {
        return ((Refused) delete(snapshot)).problem().error();
    }

    private Remove told() {
        return peers.snapshotFiles.expectMessageClass(Remove.class);
    }

    private void nobodyIsTold() {
        peers.snapshotFiles.expectNoMessage(QUIET);
    }

    private void answer(SnapshotFilesReply reply) {
        told().replyTo().tell(reply);
    }

    private void awaitGone(SnapshotId snapshot) {
        Awaitility.await()
                .until(() -> database.getState().snapshots().gone().stream()
                        .anyMatch(gone -> gone.id().equals(snapshot)));
    }

    private void awaitProblem(BackupError error) {
        Awaitility.await()
                .until(() -> database.getState().snapshots().going().stream()
                        .anyMatch(going -> going.problem()
                                .filter(problem -> problem.error() == error)
                                .isPresent()));
    }

    @Test
    void aCallIsAnsweredOnceItIsRecordedAndTheFilesGoThen() {
        database.initialize(Taken.state(daily(2, 0), daily(1, 1)));

        assertThat(deleted(id(1))).isEqualTo(SnapshotState.DELETING);

        Remove remove = told();
        assertThat(remove.snapshot()).isEqualTo(id(1));
        assertThat(remove.files())
                .containsExactly(
                        S3Arn.parse("arn:aws:s3:::snaps/sandbox/1-1-of-2.bak"),
                        S3Arn.parse("arn:aws:s3:::snaps/sandbox/1-2-of-2.bak"));
        assertThat(Snapshotting.shown(database.getState()))
                .extracting(shown -> shown.state())
                .containsExactly(SnapshotState.AVAILABLE, SnapshotState.DELETING);
        remove.replyTo().tell(new SnapshotFilesReply.Removed());
        awaitGone(id(1));
        restartsEqual();
        assertThat(Snapshotting.shown(database.getState()))
                .extracting(shown -> shown.id())
                .containsExactly(id(2));
        nobodyIsTold();
    }

    @Test
    void theSameCallIsAnsweredAgainWhateverHasBecomeOfIt() {
        database.initialize(Taken.state(daily(1, 1)));
        assertThat(deleted(id(1))).isEqualTo(SnapshotState.DELETING);
        assertThat(deleted(id(1))).isEqualTo(SnapshotState.DELETING);

        answer(new SnapshotFilesReply.Removed());
        awaitGone(id(1));

        assertThat(deleted(id(1))).isEqualTo(SnapshotState.DELETED);
        nobodyIsTold();
    }

    @Test
    void goesOnAfterARestartBeforeTheWorkerHasAnswered() {
        database.initialize(Taken.state(daily(1, 1)));
        deleted(id(1));
        assertThat(told().snapshot()).isEqualTo(id(1));

        restartsEqual();

        answer(new SnapshotFilesReply.Removed());
        awaitGone(id(1));
    }

    @Test
    void whatIsDeniedIsShownAndTriedAgainInTheNextRoundOnly() {
        database.initialize(Taken.state(daily(2, 0), daily(1, 1)));
        deleted(id(1));
        answer(new SnapshotFilesReply.Failed(Given.DENIED));
        awaitProblem(BackupError.ACCESS_DENIED);
        nobodyIsTold();
        restartsEqual();
        nobodyIsTold();

        database.runCommand(new PruneSnapshots());
        answer(new SnapshotFilesReply.Failed(Given.DENIED));
        nobodyIsTold();
        assertThat(Snapshotting.shown(database.getState()).get(1).problem().orElseThrow())
                .contains("Access Denied");

        database.runCommand(new PruneSnapshots());
        answer(new SnapshotFilesReply.Removed());
        awaitGone(id(1));
    }

    @Test
    void aFailureOfAnotherKindIsShownInstead() {
        database.initialize(Taken.state(daily(1, 1)));
        deleted(id(1));
        answer(new SnapshotFilesReply.Failed(Given.DENIED));
        awaitProblem(BackupError.ACCESS_DENIED);

        database.runCommand(new PruneSnapshots());
        answer(new SnapshotFilesReply.Failed(BackupError.STORE_UNREACHABLE.problem("connection refused")));

        awaitProblem(BackupError.STORE_UNREACHABLE);
    }

    @Test
    void aRepeatedCallTriesAtOnceWhatFailed() {
        database.initialize(Taken.state(daily(1, 1)));
        deleted(id(1));
        answer(new SnapshotFilesReply.Failed(Given.DENIED));
        awaitProblem(BackupError.ACCESS_DENIED);

        assertThat(deleted(id(1))).isEqualTo(SnapshotState.DELETING);

        answer(new SnapshotFilesReply.Removed());
        awaitGone(id(1));
    }

    @Test
    void silenceIsAFailure() {
        database.initialize(Taken.state(daily(1, 1)));
        deleted(id(1));
        told();

        awaitProblem(BackupError.SNAPSHOT_REMOVAL_UNANSWERED);
    }

    @Test
    void aRoundLetsGoOfWhatIsTooOldAndTooManyOneAtATime() {
        database.initialize(Taken.state(daily(4, 0), daily(3, 1), daily(2, 2), daily(1, 3)));
        nobodyIsTold();

        database.runCommand(new PruneSnapshots());

        assertThat(told().snapshot()).isEqualTo(id(1));
        nobodyIsTold();
        restartsEqual();
        Remove again = told();
        assertThat(again.snapshot()).isEqualTo(id(1));
        again.replyTo().tell(new SnapshotFilesReply.Removed());
        answer(new SnapshotFilesReply.Removed());
        awaitGone(id(2));
        assertThat(Snapshotting.shown(database.getState()))
                .extracting(shown -> shown.id())
                .containsExactly(id(4), id(3));

        clock.advance(Duration.ofDays(8));
        database.runCommand(new PruneSnapshots());
        assertThat(told().snapshot()).isEqualTo(id(3));
        database.runCommand(new PruneSnapshots());
        assertThat(database.getState().snapshots().ended(id(4))).isPresent();
    }

    @Test
    void aRoundIsAnsweredWhetherAnyGoesOrNot() {
        database.initialize(Taken.state(daily(2, 0), daily(1, 1)));
        database.runCommand(new PruneSnapshots());
        assertThat(instanceGets(SnapshotsPruned.class).database()).isEqualTo(Samples.SHOP_REF);

        clock.advance(Duration.ofDays(8));
        database.runCommand(new PruneSnapshots());

        assertThat(instanceGets(SnapshotsPruned.class).database()).isEqualTo(Samples.SHOP_REF);
        assertThat(database.getState().snapshots().going(id(1))).isPresent();
    }

    @Test
    void oneThatIsUnderWayIsNotDeleted() {
        TestProbe<SnapshotReply> asking = probe();
        database.runCommand(new TakeSnapshot(Samples.SHOP, Samples.view(), Optional.empty(), asking.getRef()));
        SnapshotId pending =
                database.getState().snapshots().pending().orElseThrow().id();

        assertThat(refused(pending)).isEqualTo(BackupError.SNAPSHOT_NOT_ENDED);
        nobodyIsTold();
    }

    @Test
    void oneOfAnotherDatabaseIsNotKnown() {
        assertThat(delete(id(1))).isEqualTo(new DeleteSnapshotReply.Unknown());
    }

    @Nested
    class WhereNothingMayBeDeleted extends AmongProbes {
        @Override
        Config config() {
            return ConfigFactory.parseString("bakstripe.coordinator.snapshots { bucket = snaps, keep = 1 }")
                    .withFallback(super.config());
        }

        @Test
        void neitherACallNorARoundDeletesAny() {
            database.initialize(Taken.state(daily(2, 100), daily(1, 200)));
            TestProbe<DeleteSnapshotReply> asking = probe();

            database.runCommand(new DeleteSnapshot(id(1), Samples.ME, asking.getRef()));
            database.runCommand(new PruneSnapshots());

            assertThat(asking.expectMessageClass(Refused.class).problem().error())
                    .isEqualTo(BackupError.SNAPSHOT_KEPT);
            peers.snapshotFiles.expectNoMessage(QUIET);
            assertThat(database.getState().snapshots().ended())
                    .extracting(kept -> kept.info().id())
                    .isEqualTo(List.of(id(2), id(1)));
        }
    }
}
