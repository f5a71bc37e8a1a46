package io.bakstripe.worker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.PlanKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupSessionTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "session", ConfigFactory.parseString("akka.loglevel = ERROR").withFallback(ConfigFactory.load()));
    private static final InstanceName INSTANCE = new InstanceName("sandbox");
    private static final DatabaseName SHOP = new DatabaseName("shop");
    private static final AttemptRef ATTEMPT = new AttemptRef(INSTANCE, new TaskId(7), 2);
    private static final SessionSpec SPEC = new SessionSpec(
            ATTEMPT,
            DatabaseRef.of(INSTANCE, SHOP),
            SHOP,
            new InstanceView(
                    new InstanceDefinition(
                            INSTANCE,
                            1,
                            "fake",
                            Edition.ENTERPRISE,
                            "us-east-1",
                            "Europe/Berlin",
                            false,
                            Optional.empty(),
                            List.of()),
                    true),
            3);

    private final FakeDatabase database = new FakeDatabase();
    private final TestProbe<DatabaseCommand> coordinator = KIT.createTestProbe();
    private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void fill() {
        database.directories.add("pg_wal");
        for (int i = 0; i < 30; i++) {
            database.file("base/5/" + i, 200_000 + i);
        }
        database.closing.add(Extent.log("pg_wal/000000010000000000000001", 16 << 20));
        database.closing.add(Extent.inline("backup_label", new byte[100]));
        database.closing.add(Extent.control("global/pg_control", 8192));
    }

    private ActorRef<SessionMessage> session(Duration idleLimit) {
        return session(idleLimit, Duration.ofMinutes(5));
    }

    private ActorRef<SessionMessage> session(Duration idleLimit, Duration takeUpLimit) {
        SessionSettings settings = new SessionSettings(idleLimit, takeUpLimit, 8192, 4096);
        return KIT.spawn(BackupSession.create(
                ATTEMPT,
                shard.getRef(),
                new SessionDependencies(
                        database, (ref, report) -> coordinator.getRef().tell(report), settings)));
    }

    private ActorRef<SessionMessage> session() {
        return session(Duration.ofMinutes(5));
    }

    private static Ensure tick(long epoch, SessionGoal goal, boolean opened) {
        return new Ensure(
                epoch, SPEC, goal, opened ? Optional.of(FakeDatabase.START) : Optional.empty(), Optional.empty());
    }

    private SlicesReply fetch(ActorRef<SessionMessage> session, int stripe, PlanKind plan, int page) {
        TestProbe<SlicesReply> worker = KIT.createTestProbe();
        session.tell(new FetchSlices(stripe, plan, page, worker.getRef()));
        return worker.receiveMessage();
    }

    @Test
    void opensStopsAndEndsAsItIsTold() {
        ActorRef<SessionMessage> session = session();

        session.tell(tick(1, SessionGoal.OPEN, false));
        SessionOpened opened = coordinator.expectMessageClass(SessionOpened.class);
        assertThat(opened.attempt()).isEqualTo(ATTEMPT);
        assertThat(opened.epoch()).isEqualTo(1);
        assertThat(opened.facts().timeZone()).isEqualTo("Europe/Berlin");
        assertThat(opened.statements()).isEqualTo(3);
        long listed =
                database.files.values().stream().mapToLong(file -> file.length).sum();
        assertThat(opened.stripeBytes()).hasSize(3);
        long data = opened.stripeBytes().stream().mapToLong(Long::longValue).sum();
        assertThat(data).isBetween(listed + 31 * 20, listed + 31 * 40);

        session.tell(tick(1, SessionGoal.STOP_ENGINE, true));
        EngineStopped stopped = coordinator.expectMessageClass(EngineStopped.class);
        long closing = stopped.stripeBytes().stream().mapToLong(Long::longValue).sum();
        assertThat(stopped.facts().files()).isEqualTo(31);
        assertThat(stopped.facts().plainBytes()).isEqualTo(data + closing);
        assertThat(closing).isEqualTo((16 << 20) + 8292);
        assertThat(database.openHolds).hasValue(1);

        session.tell(tick(1, SessionGoal.END, true));
        assertThat(coordinator.expectMessageClass(SessionEnded.class).epoch()).isEqualTo(1);
        assertThat(database.openHolds).hasValue(0);
        shard.expectMessageClass(ClusterSharding.Passivate.class);
        session.tell(BackupSession.Stop.INSTANCE);
        coordinator.expectTerminated(session);
    }

    @Test
    void repeatsTheReportOfItsStateWithTheLatestEpochAndOpensOnce() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN, false));
        SessionOpened first = coordinator.expectMessageClass(SessionOpened.class);

        session.tell(tick(4, SessionGoal.OPEN, true));
        SessionOpened again = coordinator.expectMessageClass(SessionOpened.class);
        session.tell(tick(3, SessionGoal.OPEN, true));
        coordinator.expectNoMessage(Duration.ofMillis(100));

        assertThat(again.epoch()).isEqualTo(4);
        assertThat(again.stripeBytes()).isEqualTo(first.stripeBytes());
        assertThat(database.opens).hasValue(1);
    }

    @Test
    void handsOutEachPageOfAPlanAsOftenAsItIsAsked() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN, false));
        coordinator.expectMessageClass(SessionOpened.class);

        SlicesReply page = fetch(session, 2, PlanKind.DATA, 0);

        assertThat(page).isInstanceOf(SlicesReply.Slices.class).isEqualTo(fetch(session, 2, PlanKind.DATA, 0));
        assertThat(fetch(session, 2, PlanKind.CLOSING, 0)).isInstanceOf(SlicesReply.Gone.class);
        assertThat(fetch(session, 4, PlanKind.DATA, 0)).isInstanceOf(SlicesReply.Gone.class);
    }

    @Test
    void reportsTheLossWhenItIsFreshButWasOpenedBefore() {
        ActorRef<SessionMessage> session = session();

        session.tell(tick(9, SessionGoal.OPEN, true));

        SessionFailed failed = coordinator.expectMessageClass(SessionFailed.class);
        assertThat(failed.problem().error()).isEqualTo(BackupError.SESSION_LOST);
        assertThat(failed.epoch()).isEqualTo(9);
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void noticesAtATickThatItsConnectionIsGone() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN, false));
        coordinator.expectMessageClass(SessionOpened.class);
        database.lost = new IllegalStateException("connection reset");

        session.tell(tick(1, SessionGoal.OPEN, true));

        coordinator.expectMessageClass(SessionOpened.class);
        SessionFailed failed = coordinator.expectMessageClass(SessionFailed.class);
        assertThat(failed.problem().error()).isEqualTo(BackupError.SESSION_LOST);
        assertThat(failed.problem().detail()).contains("connection reset");
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
        assertThat(fetch(session, 1, PlanKind.DATA, 0)).isInstanceOf(SlicesReply.Gone.class);
        session.tell(tick(1, SessionGoal.STOP_ENGINE, true));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem())
                .isEqualTo(failed.problem());
    }

    @Test
    void reportsTheEnginesRefusalsToOpenAndToStop() {
        database.refuseOpen = BackupError.WAL_LEVEL_TOO_LOW.problem("shop");
        ActorRef<SessionMessage> refused = session();
        refused.tell(tick(1, SessionGoal.OPEN, false));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.WAL_LEVEL_TOO_LOW);
        database.refuseOpen = null;

        database.refuseStop = BackupError.WAL_GONE.problem("1", "shop");
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN, false));
        coordinator.expectMessageClass(SessionOpened.class);
        session.tell(tick(1, SessionGoal.STOP_ENGINE, true));
        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.WAL_GONE);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void endsAtOnceWhenThereIsNothingToEnd() {
        ActorRef<SessionMessage> session = session();

        session.tell(tick(2, SessionGoal.END, true));

        assertThat(coordinator.expectMessageClass(SessionEnded.class).epoch()).isEqualTo(2);
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void obeysItsStopMessageEvenWhileTheServerHangs() {
        database.hangOpen = true;
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN, false));
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(1));

        session.tell(BackupSession.Stop.INSTANCE);

        coordinator.expectTerminated(session);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void releasesTheServerWhenNobodyAsksForLong() {
        ActorRef<SessionMessage> session = session(Duration.ofSeconds(1));
        session.tell(tick(1, SessionGoal.OPEN, false));
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
