package io.bakstripe.worker.session;

import static io.bakstripe.worker.session.SessionFixture.tick;
import static io.bakstripe.worker.session.SessionFixture.tickOpened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupSessionTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "session", ConfigFactory.parseString("akka.loglevel = ERROR").withFallback(ConfigFactory.load()));

    private final FakeDatabase database = new FakeDatabase();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
    private final TestProbe<DatabaseCommand> coordinator = KIT.createTestProbe();
    private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void fill() {
        SessionFixture.fill(database);
    }

    private ActorRef<SessionMessage> session(Duration idleLimit) {
        SessionSettings settings = new SessionSettings(idleLimit, Duration.ofMinutes(5), 8192, 4096);
        return KIT.spawn(BackupSession.create(
                SessionFixture.ATTEMPT,
                shard.getRef(),
                new SessionDependencies(
                        database,
                        Stores.only(store),
                        (ref, report) -> coordinator.getRef().tell(report),
                        settings)));
    }

    private ActorRef<SessionMessage> session() {
        return session(Duration.ofMinutes(5));
    }

    private SlicesReply fetch(ActorRef<SessionMessage> session, int stripe, PlanKind plan, int page) {
        TestProbe<SlicesReply> worker = KIT.createTestProbe();
        session.tell(new FetchSlices(stripe, plan, page, worker.getRef()));
        return worker.receiveMessage();
    }

    @Test
    void opensStopsAndEndsAsItIsTold() {
        ActorRef<SessionMessage> session = session();

        session.tell(tick(1, SessionGoal.OPEN));
        SessionOpened opened = coordinator.expectMessageClass(SessionOpened.class);
        assertThat(opened.attempt()).isEqualTo(SessionFixture.ATTEMPT);
        assertThat(opened.epoch()).isEqualTo(1);
        assertThat(opened.facts().timeZone()).isEqualTo("Europe/Berlin");
        assertThat(opened.statements()).isEqualTo(3);
        long listed =
                database.files.values().stream().mapToLong(file -> file.length).sum();
        assertThat(opened.stripeBytes()).hasSize(3);
        long data = opened.stripeBytes().stream().mapToLong(Long::longValue).sum();
        assertThat(data).isBetween(listed + 31 * 20, listed + 31 * 40);

        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
        EngineStopped stopped = coordinator.expectMessageClass(EngineStopped.class);
        long closing = stopped.stripeBytes().stream().mapToLong(Long::longValue).sum();
        assertThat(stopped.facts().files()).isEqualTo(31);
        assertThat(stopped.facts().plainBytes()).isEqualTo(data + closing);
        assertThat(closing).isEqualTo((16 << 20) + 8292);
        assertThat(database.openHolds).hasValue(1);

        session.tell(tickOpened(1, SessionGoal.END));
        assertThat(coordinator.expectMessageClass(SessionEnded.class).epoch()).isEqualTo(1);
        assertThat(database.openHolds).hasValue(0);
        shard.expectMessageClass(ClusterSharding.Passivate.class);
        session.tell(BackupSession.Stop.INSTANCE);
        coordinator.expectTerminated(session);
    }

    @Test
    void repeatsTheReportOfItsStateWithTheLatestEpochAndOpensOnce() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        SessionOpened first = coordinator.expectMessageClass(SessionOpened.class);

        session.tell(tickOpened(4, SessionGoal.OPEN));
        SessionOpened again = coordinator.expectMessageClass(SessionOpened.class);
        session.tell(tickOpened(3, SessionGoal.OPEN));
        coordinator.expectNoMessage(Duration.ofMillis(100));

        assertThat(again.epoch()).isEqualTo(4);
        assertThat(again.stripeBytes()).isEqualTo(first.stripeBytes());
        assertThat(database.opens).hasValue(1);
    }

    @Test
    void handsOutEachPageOfAPlanAsOftenAsItIsAsked() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);

        SlicesReply page = fetch(session, 2, PlanKind.DATA, 0);

        assertThat(page).isInstanceOf(SlicesReply.Slices.class).isEqualTo(fetch(session, 2, PlanKind.DATA, 0));
        assertThat(fetch(session, 2, PlanKind.CLOSING, 0)).isInstanceOf(SlicesReply.Gone.class);
        assertThat(fetch(session, 4, PlanKind.DATA, 0)).isInstanceOf(SlicesReply.Gone.class);
    }

    @Test
    void reportsTheLossWhenItIsFreshButWasOpenedBefore() {
        ActorRef<SessionMessage> session = session();

        session.tell(tickOpened(9, SessionGoal.OPEN));

        SessionFailed failed = coordinator.expectMessageClass(SessionFailed.class);
        assertThat(failed.problem().error()).isEqualTo(BackupError.SESSION_LOST);
        assertThat(failed.epoch()).isEqualTo(9);
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void noticesAtATickThatItsConnectionIsGone() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);
        database.lost = new IllegalStateException("connection reset");

        session.tell(tickOpened(1, SessionGoal.OPEN));

        coordinator.expectMessageClass(SessionOpened.class);
        SessionFailed failed = coordinator.expectMessageClass(SessionFailed.class);
        assertThat(failed.problem().error()).isEqualTo(BackupError.SESSION_LOST);
        assertThat(failed.problem().detail()).contains("connection reset");
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
        assertThat(fetch(session, 1, PlanKind.DATA, 0)).isInstanceOf(SlicesReply.Gone.class);
        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem())
                .isEqualTo(failed.problem());
    }

    @Test
    void reportsTheEnginesRefusalsToOpenAndToStop() {
        database.refuseOpen = BackupError.WAL_LEVEL_TOO_LOW.problem("shop");
        ActorRef<SessionMessage> refused = session();
        refused.tell(tick(1, SessionGoal.OPEN));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.WAL_LEVEL_TOO_LOW);
        database.refuseOpen = null;

        database.refuseStop = BackupError.WAL_GONE.problem("1", "shop");
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);
        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.WAL_GONE);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void endsAtOnceWhenThereIsNothingToEnd() {
        ActorRef<SessionMessage> session = session();

        session.tell(tickOpened(2, SessionGoal.END));

        assertThat(coordinator.expectMessageClass(SessionEnded.class).epoch()).isEqualTo(2);
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void obeysItsStopMessageEvenWhileTheServerHangs() {
        database.hangOpen = true;
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(1));

        session.tell(BackupSession.Stop.INSTANCE);

        coordinator.expectTerminated(session);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void releasesTheServerWhenNobodyAsksForLong() {
        ActorRef<SessionMessage> session = session(Duration.ofSeconds(1));
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);

        coordinator.expectTerminated(session);

        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void hasUsableDefaults() {
        SessionSettings settings = SessionSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"));

        assertThat(settings)
                .isEqualTo(new SessionSettings(Duration.ofMinutes(5), Duration.ofMinutes(5), 200 * 1024, 128 * 1024));
    }
}
