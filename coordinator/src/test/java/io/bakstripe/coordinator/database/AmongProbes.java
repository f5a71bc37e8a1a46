package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.SettableClock;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.Submit;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database's coordinator among probes. Its tick is quick, so every expectation looks past repetitions. */
abstract class AmongProbes {
    private static final Config CONFIG = ConfigFactory.parseString("""
                    bakstripe.coordinator {
                      tick = 50 ms, register-again = 50 ms, preflight-limit = 1 s, idle = 1 minute
                    }
                    """)
            .withFallback(EventSourcedBehaviorTestKit.config())
            .withFallback(ConfigFactory.load());
    static final DatabaseSettings SETTINGS = DatabaseSettings.from(CONFIG.getConfig("bakstripe.coordinator"));

    private ActorTestKit kit;
    final SettableClock clock = new SettableClock();
    final AtomicLong ids = new AtomicLong();
    ProbePeers peers;
    TestProbe<SubmitReply> caller;
    TestProbe<ClusterSharding.ShardCommand> shard;
    EventSourcedBehaviorTestKit<DatabaseCommand, DatabaseEvent, DatabaseRecord> database;

    Config config() {
        return CONFIG;
    }

    /** The instance as calls are checked against it. */
    InstanceView view() {
        return Samples.view();
    }

    @BeforeEach
    void start() {
        Config config = config();
        kit = ActorTestKit.create(config);
        peers = new ProbePeers(kit);
        caller = kit.createTestProbe();
        shard = kit.createTestProbe();
        database = EventSourcedBehaviorTestKit.create(
                kit.system(),
                DatabaseCoordinator.create(
                        Samples.SHOP_REF,
                        DatabaseSettings.from(config.getConfig("bakstripe.coordinator")),
                        peers,
                        clock,
                        () -> new UUID(9, ids.incrementAndGet()),
                        Optional.of(shard.getRef())));
    }

    @AfterEach
    void clear() {
        try {
            restartsEqual();
        } finally {
            kit.shutdownTestKit();
        }
    }

    <M> TestProbe<M> probe() {
        return kit.createTestProbe();
    }

    void restartsEqual() {
        DatabaseRecord before = database.getState();
        assertThat(database.restart().state()).isEqualTo(before);
    }

    void tell(DatabaseCommand command) {
        // Twice, because every message may come twice.
        database.runCommand(command);
        database.runCommand(command);
    }

    void submit(TaskRequest request, Optional<RequestKey> key) {
        database.runCommand(new Submit(request, view(), Samples.ME, key, caller.getRef()));
    }

    void preflight(PreflightReply reply) {
        PreflightCommand question = peers.preflight.receiveMessage();
        if (question instanceof PreflightCommand.CheckBackup check) {
            check.replyTo().tell(reply);
        } else if (question instanceof PreflightCommand.CheckRestore check) {
            check.replyTo().tell(reply);
        } else if (question instanceof PreflightCommand.CheckTargets check) {
            check.replyTo().tell(reply);
        }
    }

    void passes() {
        preflight(new PreflightReply.Passed(2_000));
    }

    <M> M instanceGets(Class<M> type) {
        return type.cast(peers.instance
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> type.isInstance(message)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0));
    }

    SessionCommand.Ensure session(Predicate<SessionCommand.Ensure> wanted) {
        return (SessionCommand.Ensure) peers.session
                .fishForMessage(
                        Duration.ofSeconds(3),
                        message -> message instanceof SessionCommand.Ensure tick && wanted.test(tick)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore())
                .get(0);
    }

    StripeCommand.Ensure stripe(int number, StripeGoal goal) {
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

    void restore(RestoreGoal goal) {
        peers.restore.fishForMessage(
                Duration.ofSeconds(3),
                message -> message instanceof RestoreCommand.Ensure tick && tick.goal() == goal
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    void phase(TaskPhase phase) {
        Awaitility.await().until(() -> Given.phaseOf(database.getState()) == phase);
        restartsEqual();
    }

    UUID created(TaskRequest request) {
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

    void started(TaskRequest request) {
        created(request);
        assertThat(instanceGets(RequestSlot.class).task()).isEqualTo(ONE);
        tell(new SlotGranted(ONE));
        passes();
    }

    void stripes(StripeState state, long epoch) {
        for (int number = 1; number <= 2; number++) {
            tell(report(number, state, epoch));
        }
    }

    static StripeReport report(int number, StripeState state, long epoch) {
        StripeReport first = Given.stripe(number, state, 1_000);
        return new StripeReport(first.stripe(), epoch, state, "node-1", 1_000, 300, 100, 3, 0, Optional.empty());
    }

    TaskDetail ended() {
        Awaitility.await().until(() -> database.getState().tasks().isEmpty());
        return database.getState().recent().get(0).detail();
    }
}
