package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.SettableClock;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.NotRegistered;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.Submit;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The coordinator among probes. Its tick is quick, so every expectation looks past repetitions. */
class DatabaseCoordinatorTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString("""
                    bakstripe.coordinator {
                      tick = 50 ms, register-again = 50 ms, preflight-limit = 1 s, idle = 1 minute
                    }
                    """)
            .withFallback(EventSourcedBehaviorTestKit.config())
            .withFallback(ConfigFactory.load()));
    private static final DatabaseSettings SETTINGS =
            DatabaseSettings.from(KIT.system().settings().config().getConfig("bakstripe.coordinator"));

    private final SettableClock clock = new SettableClock();
    private final AtomicLong ids = new AtomicLong();
    private ProbePeers peers;
    private TestProbe<SubmitReply> caller;
    private TestProbe<ClusterSharding.ShardCommand> shard;
    private EventSourcedBehaviorTestKit<DatabaseCommand, DatabaseEvent, DatabaseRecord> database;

    @BeforeEach
    void start() {
        peers = new ProbePeers(KIT);
        caller = KIT.createTestProbe();
        shard = KIT.createTestProbe();
        database = EventSourcedBehaviorTestKit.create(
                KIT.system(),
                DatabaseCoordinator.create(
                        Samples.SHOP_REF,
                        SETTINGS,
                        peers,
                        clock,
                        () -> new UUID(9, ids.incrementAndGet()),
                        Optional.of(shard.getRef())));
    }

    @AfterEach
    void clear() {
        restartsEqual();
        database.clear();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void restartsEqual() {
        DatabaseRecord before = database.getState();
        assertThat(database.restart().state()).isEqualTo(before);
    }

    private void tell(DatabaseCommand command) {
        // Twice, because every message may come twice.
        database.runCommand(command);
        database.runCommand(command);
    }

    private void submit(TaskRequest request, Optional<RequestKey> key) {
        database.runCommand(new Submit(request, Samples.view(), "me", key, caller.getRef()));
    }

    private void preflight(PreflightReply reply) {
        PreflightCommand question = peers.preflight.receiveMessage();
        if (question instanceof PreflightCommand.CheckBackup check) {
            check.replyTo().tell(reply);
        } else if (question instanceof PreflightCommand.CheckRestore check) {
            check.replyTo().tell(reply);
        } else if (question instanceof PreflightCommand.CheckTargets check) {
            check.replyTo().tell(reply);
        }
    }

    private void passes() {
        preflight(new PreflightReply.Passed(2_000));
    }

    private <M> M instanceGets(Class<M> type) {
        return type.cast(peers.instance
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> type.isInstance(message)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0));
    }

    private SessionCommand.Ensure session(Predicate<SessionCommand.Ensure> wanted) {
        return (SessionCommand.Ensure) peers.session
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> message instanceof SessionCommand.Ensure tick && wanted.test(tick)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    private StripeCommand.Ensure stripe(int number, StripeGoal goal) {
        return (StripeCommand.Ensure) peers.stripe
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> message instanceof StripeCommand.Ensure tick
                                        && tick.goal() == goal
                                        && tick.spec().stripe().stripe() == number
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    private void restore(RestoreGoal goal) {
        peers.restore.fishForMessage(
                Duration.ofSeconds(3),
                message -> message instanceof RestoreCommand.Ensure tick && tick.goal() == goal
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    private void phase(TaskPhase phase) {
        Awaitility.await().until(() -> Given.phaseOf(database.getState()) == phase);
        restartsEqual();
    }

    private UUID created(TaskRequest request) {
        submit(request, Optional.of(new RequestKey("key", "hash")));
        passes();
        UUID submission = instanceGets(Register.class).submission();
        tell(new Registered(submission, ONE));
        SubmitReply.Accepted accepted = caller.expectMessageClass(SubmitReply.Accepted.class);
        assertThat(accepted.row().taskId()).isEqualTo(ONE);
        assertThat(accepted.row().lifecycle()).isEqualTo(Lifecycle.CREATED);
        caller.expectNoMessage(Duration.ofMillis(20));
        return submission;
    }

    private void started(TaskRequest request) {
        created(request);
        assertThat(instanceGets(RequestSlot.class).task()).isEqualTo(ONE);
        tell(new SlotGranted(ONE));
        passes();
    }

    private void stripes(StripeState state, long epoch) {
        for (int number = 1; number <= 2; number++) {
            tell(report(number, state, epoch));
        }
    }

    private static StripeReport report(int number, StripeState state, long epoch) {
        StripeReport first = Given.stripe(number, state, 1_000);
        return new StripeReport(first.stripe(), epoch, state, "node-1", 1_000, 300, 100, 3, Optional.empty());
    }

    private TaskDetail ended() {
        Awaitility.await().until(() -> database.getState().tasks().isEmpty());
        return database.getState().recent().get(0).detail();
    }

    @Nested
    class WhenAsked {
        @Test
        void refusesByRuleWithoutAskingAnyone() {
            submit(Samples.backup(Samples.COPY, 1), Optional.empty());

            assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                            .problem()
                            .error())
                    .isEqualTo(BackupError.DATABASE_UNKNOWN);
            peers.preflight.expectNoMessage(Duration.ofMillis(50));
        }

        @Test
        void refusesWhatPreflightRefuses() {
            submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
            preflight(new PreflightReply.Refused(DENIED));

            assertThat(caller.expectMessageClass(SubmitReply.Refused.class).problem())
                    .isEqualTo(DENIED);
            peers.instance.expectNoMessage(Duration.ofMillis(100));
            assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
        }

        @Test
        void saysWhenPreflightOrInstanceDoesNotAnswer() {
            submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
            peers.preflight.receiveMessage();
            assertThat(caller.expectMessageClass(SubmitReply.Refused.class, Duration.ofSeconds(3))
                            .problem()
                            .error())
                    .isEqualTo(BackupError.CLUSTER_TIMEOUT);

            submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
            passes();
            UUID submission = instanceGets(Register.class).submission();
            assertThat(instanceGets(Register.class).submission()).isEqualTo(submission);
            clock.advance(SETTINGS.registerLimit());
            assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                            .problem()
                            .error())
                    .isEqualTo(BackupError.CLUSTER_TIMEOUT);
            tell(new Registered(submission, ONE));
            assertThat(instanceGets(ProbeAnswer.class)).isEqualTo(new ProbeAnswer(ONE, TaskKnowledge.UNKNOWN));
            assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
        }

        @Test
        void answersARepeatedKeyWithTheRowItHas() {
            created(Samples.backup(Samples.SHOP, 2));

            submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("key", "hash")));

            assertThat(caller.expectMessageClass(SubmitReply.Accepted.class)
                            .row()
                            .taskId())
                    .isEqualTo(ONE);
        }

        @Test
        void answersWithTheTaskThatTheInstanceNames() {
            created(Samples.backup(Samples.SHOP, 2));
            submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("another", "hash")));
            passes();
            UUID second = instanceGets(Register.class).submission();
            while (second.getLeastSignificantBits() != ids.get()) {
                second = instanceGets(Register.class).submission();
            }

            tell(new NotRegistered(second, Optional.empty(), Optional.of(ONE)));

            assertThat(caller.expectMessageClass(SubmitReply.Accepted.class)
                            .row()
                            .taskId())
                    .isEqualTo(ONE);
        }

        @Test
        void passesOnThatAKeyBelongsToAnotherCall() {
            submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("key", "hash")));
            passes();
            Problem reused = BackupError.IDEMPOTENCY_KEY_REUSED.problem();

            tell(new NotRegistered(instanceGets(Register.class).submission(), Optional.of(reused), Optional.empty()));

            assertThat(caller.expectMessageClass(SubmitReply.Refused.class).problem())
                    .isEqualTo(reused);
        }

        @Test
        void letsOnlyOneOfTwoRestoresBecomeATask() {
            submit(Samples.restore(Samples.COPY), Optional.empty());
            submit(Samples.restore(Samples.COPY), Optional.empty());
            passes();
            passes();
            tell(new Registered(new UUID(9, 1), ONE));
            caller.expectMessageClass(SubmitReply.Accepted.class);

            tell(new Registered(new UUID(9, 2), ONE.next()));

            assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                            .problem()
                            .error())
                    .isEqualTo(BackupError.RESTORE_PENDING);
            assertThat(instanceGets(ProbeAnswer.class)).isEqualTo(new ProbeAnswer(ONE.next(), TaskKnowledge.UNKNOWN));
        }

        @Test
        void knowsWhatItIsProbedFor() {
            database.runCommand(new Probe(ONE, new UUID(1, 1)));
            assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNKNOWN);
            submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
            database.runCommand(new Probe(ONE, new UUID(9, 1)));
            assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNFINISHED);
            passes();
            tell(new Registered(instanceGets(Register.class).submission(), ONE));
            database.runCommand(new Probe(ONE, new UUID(9, 1)));
            assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNFINISHED);
        }

        @Test
        void stopsWhenItHasHadNothingToDoForAWhile() {
            assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
            shard.expectNoMessage(Duration.ofMillis(150));

            clock.advance(SETTINGS.idle());

            shard.expectMessageClass(ClusterSharding.Passivate.class);
        }

        @Test
        void staysWhileATaskIsUnfinished() {
            created(Samples.backup(Samples.SHOP, 2));

            clock.advance(SETTINGS.idle());

            shard.expectNoMessage(Duration.ofMillis(200));
        }
    }

    @Nested
    class WhenBackingUp {
        @Test
        void goesFromSlotToSuccessThroughEveryPhase() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            assertThat(session(tick -> tick.goal() == SessionGoal.OPEN && !tick.opened())
                            .spec()
                            .stripes())
                    .isEqualTo(2);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            session(tick -> tick.goal() == SessionGoal.OPEN && tick.opened());
            StripeCommand.Ensure second = stripe(2, StripeGoal.STREAM);
            assertThat(second.spec().file().key()).isEqualTo("shop2-of-2.bak");
            assertThat(second.spec().dataBytes()).isEqualTo(1_000);
            assertThat(second.stop()).isEmpty();
            stripes(StripeState.DRAINED, 1);
            phase(TaskPhase.STOPPING);
            session(tick -> tick.goal() == SessionGoal.STOP_ENGINE && tick.opened());
            tell(new EngineStopped(Given.FIRST, 1, Samples.stop(), List.of(5L, 5L), 9));
            phase(TaskPhase.CLOSING);
            assertThat(stripe(1, StripeGoal.CLOSE).stop()).contains(Samples.stop());
            stripes(StripeState.PREPARED, 1);
            passes();
            phase(TaskPhase.PUBLISHING);
            stripe(1, StripeGoal.PUBLISH);
            session(tick -> tick.goal() == SessionGoal.END);
            stripes(StripeState.PUBLISHED, 1);
            tell(new SessionEnded(Given.FIRST, 1));

            assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
            assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
            restartsEqual();
            assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
            tell(new SlotReleased(ONE));
            Awaitility.await().until(() -> database.getState().idle());
        }

        @Test
        void ignoresReportsOfAnotherEpochOrAttempt() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);

            tell(new SessionOpened(Given.FIRST, 2, Samples.start(), List.of(1L, 1L), 7));
            tell(new SessionFailed(new AttemptRef(Samples.INSTANCE, ONE, 2), 1, LOST));
            tell(report(1, StripeState.FAILED, 7));

            assertThat(Given.phaseOf(database.getState())).isEqualTo(TaskPhase.OPENING);
        }

        @Test
        void rollsBackAndBeginsAgain() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            tell(new SessionFailed(Given.FIRST, 1, LOST));
            phase(TaskPhase.ROLLING_BACK);
            stripe(1, StripeGoal.ABORT);
            session(tick -> tick.goal() == SessionGoal.END);
            stripes(StripeState.ABORTED, 1);
            tell(new SessionEnded(Given.FIRST, 1));
            clock.advance(SETTINGS.retryDelay());

            phase(TaskPhase.OPENING);

            assertThat(database.getState().tasks().get(0).running().number()).isEqualTo(2);
            assertThat(session(tick -> tick.goal() == SessionGoal.OPEN && !tick.opened())
                            .epoch())
                    .isEqualTo(2);
            assertThat(describe().row().taskInfo())
                    .contains("Attempt 1 failed: " + LOST.detail())
                    .contains("Attempt 2 has started.");
        }

        @Test
        void showsWhatTheWorkersReportedLast() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            tell(Given.stripe(1, StripeState.STREAMING, 600));

            TaskDetail detail = describe();

            assertThat(detail.bytesDone()).isEqualTo(600);
            assertThat(detail.bytesTotal()).isEqualTo(2_000);
            assertThat(detail.row().percentComplete()).isEqualTo(25);
            assertThat(detail.stripes().get(0).node()).contains("node-1");
            assertThat(detail.stripes().get(1).state()).isEqualTo("waiting");
        }

        private TaskDetail describe() {
            return database.<TaskDescriptions>runCommand(
                            replyTo -> new DescribeTasks(List.of(ONE, ONE.next()), replyTo))
                    .reply()
                    .tasks()
                    .get(0);
        }
    }

    @Nested
    class WhenRestoring {
        @Test
        void goesFromSlotToAnOnlineDatabase() {
            started(Samples.restore(Samples.COPY));
            phase(TaskPhase.APPLYING);
            restore(RestoreGoal.APPLY);
            tell(Given.restoring(RestoreState.STARTING, 0));
            tell(Given.restoring(RestoreState.APPLIED, 1_000));
            phase(TaskPhase.RECOVERING);
            restore(RestoreGoal.OPEN);
            tell(Given.restoring(RestoreState.OPENED, 1_000));

            assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
            assertThat(database.getState().restored()).contains(Samples.COPY);
            assertThat(instanceGets(InstanceCommand.ReleaseSlot.class).task()).isEqualTo(ONE);
        }

        @Test
        void leavesNothingBehindWhenItFails() {
            started(Samples.restore(Samples.COPY));
            phase(TaskPhase.APPLYING);
            tell(Given.restoring(RestoreState.FAILED, 0, DENIED));
            phase(TaskPhase.DISCARDING);
            restore(RestoreGoal.DISCARD);
            tell(Given.restoring(RestoreState.DISCARDED, 0));

            assertThat(ended().row().taskInfo()).endsWith(DENIED.asTaskInfo());
            assertThat(database.getState().restored()).isEmpty();
        }
    }
}
