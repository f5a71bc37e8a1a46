package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeSnapshots;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.FindSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.SnapshotFound;
import io.bakstripe.protocol.message.DatabaseCommand.Snapshots;
import io.bakstripe.protocol.message.DatabaseCommand.StoredSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.TakeDailySnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TakeSnapshot;
import io.bakstripe.protocol.message.InstanceCommand.DailySnapshotSeen;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Snapshots from their call to their end, among probes, with a restart at every step. */
class SnapshotCallsTest extends AmongProbes {
    private static final TaskId ONE = Given.ONE;

    @Override
    Config config() {
        return ConfigFactory.parseString("bakstripe.coordinator.snapshots { bucket = snaps, files = 2 }")
                .withFallback(super.config());
    }

    private TestProbe<SnapshotReply> take() {
        return take(Optional.empty());
    }

    private TestProbe<SnapshotReply> take(Optional<RequestKey> key) {
        TestProbe<SnapshotReply> asking = probe();
        database.runCommand(new TakeSnapshot(Samples.SHOP, Samples.view(), key, asking.getRef()));
        return asking;
    }

    private static SnapshotId accepted(TestProbe<SnapshotReply> asking) {
        return asking.expectMessageClass(SnapshotReply.Accepted.class)
                .snapshot()
                .id();
    }

    private BackupError refusal() {
        return take().expectMessageClass(SnapshotReply.Refused.class).problem().error();
    }

    private Snapshots shown() {
        TestProbe<Snapshots> asking = probe();
        database.runCommand(new DescribeSnapshots(asking.getRef()));
        return asking.receiveMessage();
    }

    private void begun() {
        TestProbe<SnapshotReply> asking = take();
        Register register = instanceGets(Register.class);
        assertThat(register.snapshot()).isTrue();
        asking.expectNoMessage(Duration.ofMillis(20));
        tell(new Registered(register.submission(), ONE));
        assertThat(asking.expectMessageClass(SnapshotReply.Accepted.class).snapshot())
                .satisfies(accepted -> {
                    assertThat(accepted.id().value()).isEqualTo(register.submission());
                    assertThat(accepted.kind()).isEqualTo(SnapshotKind.MANUAL);
                    assertThat(accepted.state()).isEqualTo(SnapshotState.WAITING);
                });
        asking.expectNoMessage(Duration.ofMillis(20));
        phase(TaskPhase.OPENING);
    }

    @Test
    void oneThatWasOnlyWantedWhenTheNodeDiedIsRegisteredAfterwards() {
        TestProbe<SnapshotReply> asking = take();
        Register before = instanceGets(Register.class);

        restartsEqual();

        Register after = instanceGets(Register.class);
        assertThat(after).isEqualTo(before);
        database.runCommand(new Probe(ONE, after.submission()));
        assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNFINISHED);
        tell(new Registered(after.submission(), ONE));
        phase(TaskPhase.OPENING);
        asking.expectNoMessage(Duration.ofMillis(20));
    }

    @Test
    void goesFromItsCallToItsEndWithoutASlotThroughEveryRestart() {
        begun();
        assertThat(session(tick -> tick.goal() == SessionGoal.OPEN).spec().stripes())
                .isEqualTo(2);
        tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
        phase(TaskPhase.STREAMING);
        assertThat(stripe(2, StripeGoal.STREAM).spec()).satisfies(spec -> {
            assertThat(spec.storage()).isEqualTo(Storage.SNAPSHOTS);
            assertThat(spec.file().bucket()).isEqualTo("snaps");
            assertThat(spec.file().key()).startsWith("sandbox/").endsWith("-2-of-2.bak");
        });
        assertThat(shown().snapshots()).extracting(snapshot -> snapshot.state()).containsExactly(SnapshotState.RUNNING);
        stripes(StripeState.DRAINED, 1);
        phase(TaskPhase.STOPPING);
        tell(new EngineStopped(Given.FIRST, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9));
        phase(TaskPhase.CLOSING);
        stripes(StripeState.PREPARED, 1);
        phase(TaskPhase.PUBLISHING);
        stripes(StripeState.PUBLISHED, 1);
        tell(new SessionEnded(Given.FIRST, 1));
        Awaitility.await().until(() -> database.getState().tasks().isEmpty());

        assertThat(shown().snapshots()).singleElement().satisfies(snapshot -> {
            assertThat(snapshot.kind()).isEqualTo(SnapshotKind.MANUAL);
            assertThat(snapshot.state()).isEqualTo(SnapshotState.AVAILABLE);
        });
        assertThat(database.getState().recent()).isEmpty();
        assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
        tell(new SlotReleased(ONE));
        Awaitility.await().until(() -> database.getState().idle());
        peers.preflight.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void refusesABackupAndAnotherSnapshotWhileItIsTaken() {
        begun();

        submit(Samples.backup(Samples.SHOP, 2), Optional.empty());

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_RUNNING);
        assertThat(refusal()).isEqualTo(BackupError.SNAPSHOT_UNDER_WAY);
    }

    @Test
    void aRepeatedCallGetsTheSnapshotOfTheFirstOneForADay() {
        Optional<RequestKey> key = Optional.of(new RequestKey("key", "hash"));
        TestProbe<SnapshotReply> first = take(key);
        TestProbe<SnapshotReply> meanwhile = take(key);
        Register register = instanceGets(Register.class);
        assertThat(register.key()).isEqualTo(key);
        meanwhile.expectNoMessage(Duration.ofMillis(20));
        tell(new Registered(register.submission(), ONE));

        SnapshotId snapshot = accepted(first);

        assertThat(snapshot.value()).isEqualTo(register.submission());
        assertThat(accepted(meanwhile)).isEqualTo(snapshot);
        restartsEqual();
        assertThat(accepted(take(key))).isEqualTo(snapshot);
        assertThat(refusal()).isEqualTo(BackupError.SNAPSHOT_UNDER_WAY);
        tell(new SessionFailed(Given.FIRST, 1, Given.DENIED));
        Awaitility.await().until(() -> database.getState().tasks().isEmpty());
        assertThat(accepted(take(key))).isEqualTo(snapshot);
        assertThat(database.getState().snapshots().ended()).hasSize(1);
        clock.advance(Duration.ofHours(24));
        take(key);
        assertThat(database.getState().snapshots().pending()).isPresent();
    }

    @Test
    void tellsWhereTheFilesOfASnapshotAre() {
        assertThat(found(Given.SNAPSHOT)).isEmpty();
        begun();
        SnapshotId id = shown().snapshots().get(0).id();

        assertThat(found(id)).hasValueSatisfying(stored -> {
            assertThat(stored.info().state()).isEqualTo(SnapshotState.RUNNING);
            assertThat(stored.files()).hasToString("arn:aws:s3:::snaps/sandbox/" + id + "-*.bak");
        });
        assertThat(found(Given.SNAPSHOT)).isEmpty();
    }

    private Optional<StoredSnapshot> found(SnapshotId id) {
        TestProbe<SnapshotFound> asking = probe();
        database.runCommand(new FindSnapshot(id, asking.getRef()));
        return asking.receiveMessage().snapshot();
    }

    @Test
    void aWindowIsAnsweredOnceWhatItMeansIsRecorded() {
        Instant closes = Samples.NOON.plusSeconds(900);

        tell(new TakeDailySnapshot(Samples.view(), closes));

        assertThat(instanceGets(DailySnapshotSeen.class)).isEqualTo(new DailySnapshotSeen(Samples.SHOP_REF, closes));
        assertThat(shown().snapshots())
                .singleElement()
                .satisfies(snapshot -> assertThat(snapshot.kind()).isEqualTo(SnapshotKind.DAILY));
        assertThat(database.getState().snapshots().window()).contains(closes);
    }
}
