package io.bakstripe.worker.session;

import static io.bakstripe.worker.session.SessionFixture.tick;
import static io.bakstripe.worker.session.SessionFixture.tickOfAnother;
import static io.bakstripe.worker.session.SessionFixture.tickOpened;
import static io.bakstripe.worker.session.SessionFixture.tickPublished;
import static io.bakstripe.worker.session.SessionFixture.tickStopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.worker.session.SessionTransitions.Transition;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Makes a session go every way that the table names; the session's own log tells that it did. */
class SessionLifeTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "session-life", ConfigFactory.parseString("akka.loglevel = DEBUG").withFallback(ConfigFactory.load()));
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(BackupSession.class);

    private final FakeDatabase database = new FakeDatabase();
    private final TestProbe<DatabaseCommand> coordinator = KIT.createTestProbe();
    private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();
    private final Moves moves = new Moves();
    private final ActorRef<SessionMessage> session = KIT.spawn(BackupSession.create(
            SessionFixture.ATTEMPT,
            shard.getRef(),
            new SessionDependencies(
                    database,
                    Stores.only(new MemoryObjectStore()),
                    (ref, report) -> coordinator.getRef().tell(report),
                    new SessionSettings(Duration.ofMinutes(5), Duration.ofMinutes(5), 8192, 4096))));

    static Stream<Transition> rows() {
        return SessionTransitions.ALL.stream();
    }

    @BeforeEach
    void listen() {
        SessionFixture.fill(database);
        moves.start();
        LOG.setLevel(Level.DEBUG);
        LOG.addAppender(moves);
    }

    @AfterEach
    void stopListening() {
        LOG.detachAppender(moves);
        LOG.setLevel(null);
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void goesThisWay(Transition row) {
        prepare(row);
        reach(row.from());

        switch (row.cause()) {
            case TOLD_TO_OPEN -> session.tell(tick(1, SessionGoal.OPEN));
            case TOLD_TO_STAY_OPEN -> session.tell(tickOpened(1, SessionGoal.OPEN));
            case TOLD_TO_STOP -> session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));
            case TOLD_TO_STAY_STOPPED -> session.tell(tickStopped(1, SessionGoal.STOP_ENGINE));
            case TOLD_OF_ANOTHER -> session.tell(tickOfAnother(1, SessionGoal.STOP_ENGINE));
            case TOLD_TO_END -> {
                session.tell(row.from() == SessionPhase.UNGIVEN ? tickPublished(1) : tickOpened(1, SessionGoal.END));
                database.mayResume.countDown();
            }
            case HOLD_LOST -> {
                database.lost = new IllegalStateException("connection reset");
                Ensure same = row.from() == SessionPhase.OPEN
                        ? tickOpened(1, SessionGoal.OPEN)
                        : tickStopped(1, SessionGoal.STOP_ENGINE);
                session.tell(same);
            }
            case OPENED, ENGINE_STOPPED, TAKEN_UP, RELEASED, UNANSWERED, REFUSED -> {}
        }

        await().untilAsserted(() -> assertThat(moves.seen).contains(row));
    }

    /** What the database does when it is asked, where the row is about that. */
    private void prepare(Transition row) {
        boolean refused = row.cause() == SessionCause.REFUSED;
        boolean interrupted = row.cause() == SessionCause.TOLD_TO_END;
        switch (row.from()) {
            case OPENING -> {
                database.hangOpen = interrupted;
                database.refuseOpen = refused ? BackupError.WAL_LEVEL_TOO_LOW.problem("shop") : null;
            }
            case STOPPING -> {
                database.hangStop = interrupted;
                database.refuseStop = refused ? BackupError.WAL_GONE.problem("1", "shop") : null;
            }
            case TAKING_UP -> {
                database.mayResume = new CountDownLatch(interrupted ? 1 : 0);
                database.refuseResume = refused
                        ? BackupError.WAL_GONE.problem("1", "shop")
                        : row.cause() == SessionCause.UNANSWERED
                                ? BackupError.DATABASE_UNREACHABLE.problem("shop", "refused")
                                : null;
            }
            case ENDING, UNGIVEN ->
                database.refuseGiveBack = row.cause() == SessionCause.RELEASED
                        ? null
                        : BackupError.DATABASE_UNREACHABLE.problem("shop", "refused");
            case UNHELD -> database.refuseResume = BackupError.DATABASE_UNREACHABLE.problem("shop", "refused");
            default -> {}
        }
    }

    private void reach(SessionPhase phase) {
        List<Ensure> ticks = switch (phase) {
            case FRESH -> List.of();
            case OPENING, OPEN -> List.of(tick(1, SessionGoal.OPEN));
            case STOPPING, STOPPED -> List.of(tick(1, SessionGoal.OPEN), tickOpened(1, SessionGoal.STOP_ENGINE));
            case TAKING_UP, UNHELD -> List.of(tickStopped(1, SessionGoal.STOP_ENGINE));
            case FAILED -> List.of(tickOpened(1, SessionGoal.OPEN));
            case ENDING, UNGIVEN -> List.of(tickPublished(1));
            case ENDED -> List.of(tick(1, SessionGoal.END));
        };
        for (Ensure tick : ticks) {
            session.tell(tick);
            SessionPhase reached = tick.goal() == SessionGoal.OPEN && ticks.size() > 1 ? SessionPhase.OPEN : phase;
            await().untilAsserted(() ->
                    assertThat(moves.seen).extracting(Transition::to).contains(reached));
        }
    }

    /** The moves that sessions log. */
    private static final class Moves extends AppenderBase<ILoggingEvent> {
        final Queue<Transition> seen = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            Object[] values = event.getArgumentArray();
            if (event.getMessage().contains(" leads from ")) {
                seen.add(new Transition((SessionPhase) values[2], (SessionCause) values[1], (SessionPhase) values[3]));
            }
        }
    }
}
