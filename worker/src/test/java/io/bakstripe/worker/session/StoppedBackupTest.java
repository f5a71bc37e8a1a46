package io.bakstripe.worker.session;

import static io.bakstripe.worker.session.SessionFixture.tick;
import static io.bakstripe.worker.session.SessionFixture.tickOfAnother;
import static io.bakstripe.worker.session.SessionFixture.tickOpened;
import static io.bakstripe.worker.session.SessionFixture.tickStopped;
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
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Gone;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.message.SessionCommand.StoppedEngine;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.session.SessionHold.StoppedBackup;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions behind the engine's stop: taken up by a fresh one, and by the same one whose connection was lost. */
class StoppedBackupTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "stopped-backup", ConfigFactory.parseString("akka.loglevel = ERROR").withFallback(ConfigFactory.load()));
    private static final int STRIPES = SessionFixture.SPEC.stripes();

    private final FakeDatabase database = new FakeDatabase();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
    private final TestProbe<DatabaseCommand> coordinator = KIT.createTestProbe();
    private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();
    private final TestProbe<SlicesReply> worker = KIT.createTestProbe();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void fill() {
        SessionFixture.fill(database);
    }

    private ActorRef<SessionMessage> session(Duration takeUpLimit) {
        SessionSettings settings = new SessionSettings(Duration.ofMinutes(5), takeUpLimit, 8192, 4096);
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

    private void ask(ActorRef<SessionMessage> session, int stripe, PlanKind plan) {
        session.tell(new FetchSlices(stripe, plan, 0, worker.getRef()));
    }

    private List<SlicesReply> closingPlan(ActorRef<SessionMessage> session) {
        List<SlicesReply> pages = new ArrayList<>();
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            ask(session, stripe, PlanKind.CLOSING);
            pages.add(worker.receiveMessage());
        }
        return pages;
    }

    private static Ensure tickAfter(EngineStopped stopped, SessionOpened opened) {
        return new Ensure(
                9,
                SessionFixture.SPEC,
                SessionGoal.STOP_ENGINE,
                Optional.of(opened.facts()),
                Optional.of(new StoppedEngine(stopped.facts(), stopped.inline())));
    }

    @Test
    void isTakenUpByAFreshSessionWithTheSameFactsAndTheSameClosingPlan() {
        ActorRef<SessionMessage> first = session();
        first.tell(tick(1, SessionGoal.OPEN));
        SessionOpened opened = coordinator.expectMessageClass(SessionOpened.class);
        first.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
        EngineStopped stopped = coordinator.expectMessageClass(EngineStopped.class);
        List<SlicesReply> plan = closingPlan(first);
        first.tell(BackupSession.Stop.INSTANCE);
        coordinator.expectTerminated(first);

        ActorRef<SessionMessage> fresh = session();
        fresh.tell(tickAfter(stopped, opened));

        EngineStopped again = coordinator.expectMessageClass(EngineStopped.class);
        assertThat(again.epoch()).isEqualTo(9);
        assertThat(again.facts()).isEqualTo(stopped.facts());
        assertThat(again.inline()).isEqualTo(stopped.inline());
        assertThat(again.stripeBytes()).isEqualTo(stopped.stripeBytes());
        assertThat(closingPlan(fresh)).isEqualTo(plan).allMatch(page -> page instanceof Slices);
        assertThat(database.opens).hasValue(1);
        assertThat(database.resumedFrom)
                .isEqualTo(new StoppedBackup(opened.facts(), new StoppedEngine(stopped.facts(), stopped.inline())));
        ask(fresh, 1, PlanKind.DATA);
        assertThat(worker.expectMessageClass(Gone.class).problem().error()).isEqualTo(BackupError.SESSION_LOST);

        fresh.tell(tickOpened(9, SessionGoal.END));
        coordinator.expectMessageClass(SessionEnded.class);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void letsAsksForItsClosingPlanWaitUntilItIsThere() {
        database.mayResume = new CountDownLatch(1);
        ActorRef<SessionMessage> session = session();
        ask(session, 1, PlanKind.CLOSING);
        session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));
        await().untilAsserted(() -> assertThat(database.resumes).hasValue(1));
        ask(session, 2, PlanKind.CLOSING);
        worker.expectNoMessage(Duration.ofMillis(100));

        database.mayResume.countDown();

        assertThat(worker.receiveMessage()).isInstanceOf(Slices.class);
        assertThat(worker.receiveMessage()).isInstanceOf(Slices.class);
    }

    @Test
    void answersAsksThatWaitedInVain() {
        database.refuseResume = BackupError.WAL_GONE.problem("1", "shop");
        ActorRef<SessionMessage> session = session();
        ask(session, 1, PlanKind.CLOSING);
        ask(session, 1, PlanKind.DATA);

        session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));

        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.WAL_GONE);
        List<BackupError> told = List.of(
                worker.expectMessageClass(Gone.class).problem().error(),
                worker.expectMessageClass(Gone.class).problem().error());
        assertThat(told).containsExactlyInAnyOrder(BackupError.SESSION_LOST, BackupError.WAL_GONE);
        assertThat(database.resumes).hasValue(1);
    }

    @Test
    void answersOnlyTheLatestOfManyAsksForOnePage() {
        ActorRef<SessionMessage> session = session();
        TestProbe<SlicesReply> gaveUp = KIT.createTestProbe();
        session.tell(new FetchSlices(1, PlanKind.CLOSING, 0, gaveUp.getRef()));
        ask(session, 1, PlanKind.CLOSING);

        session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));

        assertThat(worker.receiveMessage()).isInstanceOf(Slices.class);
        gaveUp.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void isTakenUpAgainBySameSessionWhoseConnectionWasLost() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);
        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
        EngineStopped stopped = coordinator.expectMessageClass(EngineStopped.class);
        List<SlicesReply> plan = closingPlan(session);
        database.lost = new IllegalStateException("connection reset");

        session.tell(tickOpened(2, SessionGoal.STOP_ENGINE));

        EngineStopped before = coordinator.expectMessageClass(EngineStopped.class);
        EngineStopped after = coordinator.expectMessageClass(EngineStopped.class);
        assertThat(after).isEqualTo(before);
        assertThat(after.facts()).isEqualTo(stopped.facts());
        assertThat(closingPlan(session)).isEqualTo(plan);
        assertThat(database.resumes).hasValue(1);
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(1));
    }

    @Test
    void triesAgainAtEachTickWhileTheServerDoesNotAnswer() {
        database.refuseResume = BackupError.DATABASE_UNREACHABLE.problem("shop", "refused");
        ActorRef<SessionMessage> session = session();
        for (int tries = 1; tries <= 3; tries++) {
            int soFar = tries;
            await().untilAsserted(() -> {
                session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));
                assertThat(database.resumes).hasValueGreaterThanOrEqualTo(soFar);
            });
        }
        coordinator.expectNoMessage(Duration.ofMillis(50));
        database.refuseResume = null;

        await().untilAsserted(() -> {
            session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));
            assertThat(database.openHolds).hasValue(1);
        });
        coordinator.expectMessageClass(EngineStopped.class);
    }

    @Test
    void failsAfterItsLimitWithWhatTheServerSaid() {
        database.refuseResume = BackupError.DATABASE_UNREACHABLE.problem("shop", "connection refused");
        ActorRef<SessionMessage> session = session(Duration.ofMillis(100));

        await().untilAsserted(() -> {
            session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));
            assertThat(coordinator
                            .expectMessageClass(SessionFailed.class, Duration.ofMillis(100))
                            .problem())
                    .isEqualTo(database.refuseResume);
        });
    }

    @Test
    void isNotTouchedByASessionOfAnotherBackup() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);

        session.tell(tickOfAnother(2, SessionGoal.OPEN));

        SessionFailed failed = coordinator.expectMessageClass(SessionFailed.class);
        assertThat(failed.problem().error()).isEqualTo(BackupError.SESSION_LOST);
        assertThat(failed.problem().detail()).contains("another session");
        await().untilAsserted(() -> assertThat(database.openHolds).hasValue(0));
    }

    @Test
    void isLostWhenItsStopWasNotRecorded() {
        ActorRef<SessionMessage> session = session();

        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));

        assertThat(coordinator.expectMessageClass(SessionFailed.class).problem().error())
                .isEqualTo(BackupError.SESSION_LOST);
        assertThat(database.resumes).hasValue(0);
    }
}
