package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.SettableClock;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.DailySnapshotSeen;
import io.bakstripe.protocol.message.InstanceCommand.Declare;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.FindTasks;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.InstanceCommand.TakeSnapshot;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoutes;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an instance has to do with the snapshots of its databases. */
class InstanceSnapshotCallsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(EventSourcedBehaviorTestKit.config().withFallback(ConfigFactory.load()));

    /** In the window of {@link Samples#complete}. */
    private static final Instant CLOSES = Instant.parse("2026-03-05T03:30:00Z");

    private final SettableClock clock = new SettableClock();
    private ProbePeers peers;
    private EventSourcedBehaviorTestKit<InstanceCommand, InstanceEvent, InstanceRecord> instance;

    @BeforeEach
    void start() {
        peers = new ProbePeers(KIT);
        InstanceSettings settings = new InstanceSettings(
                2,
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                100,
                2,
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                new SnapshotSettings("snaps", "", 1, 2));
        instance = EventSourcedBehaviorTestKit.create(
                KIT.system(), InstanceCoordinator.create(Samples.INSTANCE, settings, peers, clock));
        instance.<DeclareReply>runCommand(replyTo -> new Declare(Samples.complete(1), replyTo));
    }

    @AfterEach
    void clear() {
        instance.clear();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private TaskId snapshot() {
        instance.runCommand(
                new Register(Samples.SHOP_REF, Samples.SHOP, new UUID(0, 1), Optional.empty(), false, true));
        return peers.database
                .expectMessageClass(DatabaseCommand.Registered.class)
                .task();
    }

    @Test
    void handsACallToTheDatabaseThatItKnows() {
        TestProbe<SnapshotReply> caller = KIT.createTestProbe();

        instance.runCommand(new TakeSnapshot(new DatabaseName("sHOP"), Optional.empty(), caller.getRef()));

        peers.database.expectMessage(new DatabaseCommand.TakeSnapshot(
                new DatabaseName("sHOP"),
                new InstanceView(Samples.complete(1), true),
                Optional.empty(),
                caller.getRef()));
        instance.runCommand(new TakeSnapshot(Samples.COPY, Optional.empty(), caller.getRef()));
        assertThat(caller.expectMessageClass(SnapshotReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
    }

    @Test
    void aKeyBelongsToOneCallForADay() {
        TestProbe<SnapshotReply> caller = KIT.createTestProbe();
        TestProbe<SubmitReply> submitter = KIT.createTestProbe();
        RequestKey key = new RequestKey("key", "hash");
        RequestKey other = new RequestKey("key", "other hash");
        instance.runCommand(
                new Register(Samples.SHOP_REF, Samples.SHOP, new UUID(0, 1), Optional.of(key), false, true));
        peers.database.expectMessageClass(DatabaseCommand.Registered.class);

        instance.runCommand(new TakeSnapshot(Samples.SHOP, Optional.of(key), caller.getRef()));
        assertThat(handedOn().key()).contains(key);
        instance.runCommand(new TakeSnapshot(Samples.SHOP, Optional.of(other), caller.getRef()));
        assertThat(caller.expectMessageClass(SnapshotReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.IDEMPOTENCY_KEY_REUSED);
        instance.runCommand(new InstanceCommand.Submit(
                Samples.backup(Samples.SHOP, 1), Samples.ME, Optional.of(other), submitter.getRef()));
        assertThat(submitter
                        .expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.IDEMPOTENCY_KEY_REUSED);

        clock.advance(Duration.ofHours(24));
        instance.runCommand(new TakeSnapshot(Samples.SHOP, Optional.of(other), caller.getRef()));
        assertThat(handedOn().key()).contains(other);
    }

    /** Past what the instance says to its databases by itself. */
    private DatabaseCommand.TakeSnapshot handedOn() {
        return (DatabaseCommand.TakeSnapshot) peers.database
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> message instanceof DatabaseCommand.TakeSnapshot
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    @Test
    void aSnapshotThatIsRecordedIsRegisteredAlthoughItsKeyWasTakenMeanwhile() {
        RequestKey key = new RequestKey("key", "hash");
        instance.runCommand(new Register(Samples.SHOP_REF, Samples.SHOP, new UUID(0, 1), Optional.of(key), false));
        TaskId first = peers.database
                .expectMessageClass(DatabaseCommand.Registered.class)
                .task();

        instance.runCommand(new Register(
                Samples.SHOP_REF,
                Samples.SHOP,
                new UUID(0, 2),
                Optional.of(new RequestKey("key", "other hash")),
                false,
                true));

        assertThat(peers.database
                        .expectMessageClass(DatabaseCommand.Registered.class)
                        .task())
                .isNotEqualTo(first);
        assertThat(instance.getState().usedKey("key", clock.instant()))
                .hasValueSatisfying(used -> assertThat(used.task()).isEqualTo(first));
    }

    @Test
    void aSnapshotHasAnIdButNoSlotAndNobodySeesIt() {
        TaskId id = snapshot();
        TestProbe<CancelReply> caller = KIT.createTestProbe();

        instance.runCommand(new RequestSlot(Samples.SHOP_REF, id));
        instance.runCommand(new InstanceCommand.Cancel(id, Samples.ME, Optional.empty(), caller.getRef()));

        caller.expectMessageClass(CancelReply.Unknown.class);
        assertThat(instance.getState().slotsHeld()).isZero();
        InstanceDescription shown =
                instance.<InstanceDescription>runCommand(Describe::new).reply();
        assertThat(shown.open()).isEmpty();
        assertThat(instance.<TaskRoutes>runCommand(replyTo ->
                                new FindTasks(Optional.of(id), Optional.empty(), Optional.empty(), 1, replyTo))
                        .reply()
                        .routes())
                .isEmpty();
        assertThat(instance.<TaskRoutes>runCommand(replyTo ->
                                new FindTasks(Optional.empty(), Optional.empty(), Optional.empty(), 10, replyTo))
                        .reply()
                        .routes())
                .isEmpty();
        assertThat(instance.getState().snapshotsOpen()).isEqualTo(1);
        assertThat(instance.getState().busy()).containsExactly(Samples.SHOP_REF);
    }

    @Test
    void asksItsDatabasesInTheWindowUntilTheyHaveAnswered() {
        clock.advance(Duration.between(Samples.NOON, Instant.parse("2026-03-05T03:00:00Z")));
        DatabaseRef second = DatabaseRef.of(Samples.INSTANCE, new DatabaseName("Second"));
        InstanceView view = new InstanceView(Samples.complete(1), true);

        for (int repetition = 0; repetition < 4; repetition++) {
            peers.database.expectMessage(new DatabaseCommand.TakeDailySnapshot(view, CLOSES));
        }
        instance.runCommand(new DailySnapshotSeen(Samples.SHOP_REF, CLOSES));
        instance.runCommand(new DailySnapshotSeen(second, CLOSES));
        DatabaseRef third = DatabaseRef.of(Samples.INSTANCE, new DatabaseName("Third"));
        instance.runCommand(new DailySnapshotSeen(third, CLOSES));

        // What was sent before the answers came may still arrive.
        assertThat(drained(peers)).isTrue();
    }

    @Test
    void asksItsDatabasesToLetGoOfSnapshotsAsSoonAsItIsThere() {
        ProbePeers others = new ProbePeers(KIT);
        SnapshotRetention deleting =
                new SnapshotRetention(true, Duration.ofDays(7), 3, false, Duration.ofHours(1), Duration.ofMinutes(1));
        instance.clear();
        EventSourcedBehaviorTestKit<InstanceCommand, InstanceEvent, InstanceRecord> other =
                EventSourcedBehaviorTestKit.create(
                        KIT.system(),
                        InstanceCoordinator.create(
                                Samples.INSTANCE,
                                new InstanceSettings(
                                        2,
                                        Duration.ofSeconds(5),
                                        Duration.ofMillis(50),
                                        100,
                                        2,
                                        Duration.ofMillis(100),
                                        Duration.ofSeconds(1),
                                        new SnapshotSettings("snaps", "", 1, 2, deleting)),
                                others,
                                clock));
        other.<DeclareReply>runCommand(replyTo -> new Declare(Samples.complete(1), replyTo));
        List<DatabaseRef> databases = other.getState().databases().stream()
                .map(name -> DatabaseRef.of(Samples.INSTANCE, name))
                .toList();
        for (int asked = 0; asked < 3 * databases.size(); asked++) {
            others.database.expectMessage(new DatabaseCommand.PruneSnapshots());
        }
        databases.forEach(database -> other.runCommand(new InstanceCommand.SnapshotsPruned(database)));
        assertThat(drained(others)).isTrue();
        clock.advance(Duration.ofHours(1));
        others.database.expectMessage(new DatabaseCommand.PruneSnapshots());
        other.clear();
    }

    /** True once nobody is asked any more although probes go on. */
    private static boolean drained(ProbePeers asked) {
        for (int tries = 0; tries < 100; tries++) {
            try {
                asked.database.expectNoMessage(Duration.ofMillis(300));
                return true;
            } catch (AssertionError another) {
                continue;
            }
        }
        return false;
    }
}
