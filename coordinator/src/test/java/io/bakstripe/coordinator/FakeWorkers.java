package io.bakstripe.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Workers of a single node that answer as the contract says, with gates at which tests hold them. */
final class FakeWorkers {
    /** Databases (folded) whose stripes stay half way. */
    final Set<String> held = ConcurrentHashMap.newKeySet();

    /** Attempts whose session forgets that it was opened. */
    final Set<String> lostSessions = ConcurrentHashMap.newKeySet();

    /** Databases (folded) whose stripes were ever told to stream, in order of their first tick. */
    final List<String> streamed = Collections.synchronizedList(new ArrayList<>());

    final AtomicInteger backupChecks = new AtomicInteger();
    final AtomicInteger aborts = new AtomicInteger();
    final AtomicInteger forgets = new AtomicInteger();
    /** Whether no abort is confirmed. */
    volatile boolean storeSilent;

    volatile Optional<Problem> preflightProblem = Optional.empty();
    volatile boolean preflightSilent;

    private final ActorSystem<?> system;

    FakeWorkers(ActorSystem<?> system) {
        this.system = system;
        ClusterSharding sharding = ClusterSharding.get(system);
        sharding.init(Entity.of(SessionCommand.KEY, entity -> session()));
        sharding.init(Entity.of(StripeCommand.KEY, entity -> stripe()));
        sharding.init(Entity.of(RestoreCommand.key(Samples.HOST), entity -> restore()));
        sharding.init(Entity.of(HostCommand.key(Samples.HOST), entity -> host()));
        ActorRef<PreflightCommand> preflight = system.systemActorOf(preflight(), "preflight", Props.empty());
        system.receptionist().tell(Receptionist.register(PreflightCommand.SERVICE, preflight));
        // The receptionist spreads a registration within about a second; a question before that is lost.
        Awaitility.await()
                .until(() -> AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
                                system.receptionist(),
                                replyTo -> Receptionist.find(PreflightCommand.SERVICE, replyTo),
                                Duration.ofSeconds(3),
                                system.scheduler())
                        .toCompletableFuture()
                        .get(3, TimeUnit.SECONDS)
                        .getServiceInstances(PreflightCommand.SERVICE)
                        .contains(preflight));
    }

    private void report(DatabaseRef database, DatabaseCommand report) {
        ClusterSharding.get(system)
                .entityRefFor(DatabaseCommand.KEY, database.entityId())
                .tell(report);
    }

    private Behavior<PreflightCommand> preflight() {
        return Behaviors.receive(PreflightCommand.class)
                .onMessage(PreflightCommand.CheckBackup.class, check -> {
                    backupChecks.incrementAndGet();
                    return answer(check.replyTo());
                })
                .onMessage(
                        PreflightCommand.CheckRestore.class,
                        check -> answer(check.replyTo(), Optional.of(Samples.full())))
                .onMessage(PreflightCommand.CheckTargets.class, check -> answer(check.replyTo()))
                .build();
    }

    private Behavior<PreflightCommand> answer(ActorRef<PreflightReply> replyTo) {
        return answer(replyTo, Optional.empty());
    }

    private Behavior<PreflightCommand> answer(ActorRef<PreflightReply> replyTo, Optional<SetFacts> set) {
        if (!preflightSilent) {
            replyTo.tell(preflightProblem
                    .<PreflightReply>map(PreflightReply.Refused::new)
                    .orElseGet(() -> new PreflightReply.Passed(2_000, List.of(), set)));
        }
        return Behaviors.same();
    }

    private Behavior<SessionCommand> session() {
        return Behaviors.receive(SessionCommand.class)
                .onMessage(SessionCommand.Ensure.class, tick -> {
                    SessionCommand.SessionSpec spec = tick.spec();
                    List<Long> bytes = IntStream.rangeClosed(1, spec.stripes())
                            .mapToObj(stripe -> 1_000L)
                            .toList();
                    if (tick.goal() != SessionCommand.SessionGoal.END
                            && lostSessions.contains(spec.attempt().entityId())) {
                        report(
                                spec.database(),
                                new SessionFailed(
                                        spec.attempt(),
                                        tick.epoch(),
                                        io.bakstripe.protocol.error.BackupError.SESSION_LOST.problem(
                                                spec.display(), "the node stopped")));
                    } else if (tick.goal() == SessionCommand.SessionGoal.OPEN) {
                        report(
                                spec.database(),
                                new SessionOpened(spec.attempt(), tick.epoch(), Samples.start(), bytes, 7));
                    } else if (tick.goal() == SessionCommand.SessionGoal.STOP_ENGINE) {
                        report(
                                spec.database(),
                                new EngineStopped(spec.attempt(), tick.epoch(), Samples.stop(), List.of(), bytes, 9));
                    } else {
                        report(spec.database(), new SessionEnded(spec.attempt(), tick.epoch()));
                    }
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<StripeCommand> stripe() {
        return Behaviors.receive(StripeCommand.class)
                .onMessage(StripeCommand.Forget.class, order -> {
                    forgets.incrementAndGet();
                    if (!storeSilent) {
                        report(
                                order.database(),
                                new StripeReport(
                                        order.stripe(),
                                        order.epoch(),
                                        StripeState.ABORTED,
                                        "node-1",
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        Optional.empty()));
                    }
                    return Behaviors.same();
                })
                .onMessage(StripeCommand.Ensure.class, tick -> {
                    String database = tick.spec().database().folded();
                    boolean half = held.contains(database);
                    if (!streamed.contains(database)) {
                        streamed.add(database);
                    }
                    StripeState state = switch (tick.goal()) {
                        case STREAM -> half ? StripeState.STREAMING : StripeState.DRAINED;
                        case CLOSE -> StripeState.PREPARED;
                        case PUBLISH -> StripeState.PUBLISHED;
                        case ABORT -> {
                            aborts.incrementAndGet();
                            yield storeSilent ? StripeState.STREAMING : StripeState.ABORTED;
                        }
                    };
                    report(
                            tick.spec().database(),
                            new StripeReport(
                                    tick.spec().stripe(),
                                    tick.epoch(),
                                    state,
                                    "node-1",
                                    half ? 500 : 1_000,
                                    300,
                                    100,
                                    3,
                                    0,
                                    Optional.empty()));
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<RestoreCommand> restore() {
        return Behaviors.receive(RestoreCommand.class)
                .onMessage(RestoreCommand.Ensure.class, tick -> {
                    RestoreCommand.RestoreSpec spec = tick.spec();
                    boolean half = held.contains(spec.database().folded());
                    RestoreState state = switch (tick.goal()) {
                        case APPLY -> half ? RestoreState.APPLYING : RestoreState.APPLIED;
                        case KEEP, STAND_BY -> RestoreState.KEPT;
                        case OPEN -> RestoreState.OPENED;
                        case DISCARD -> RestoreState.DISCARDED;
                    };
                    report(
                            spec.database(),
                            new RestoreReport(
                                    spec.attempt(),
                                    tick.epoch(),
                                    state,
                                    "node-1",
                                    Optional.of(Samples.SET),
                                    List.of(
                                            new RestoredStripe(
                                                    S3Arn.parse("arn:aws:s3:::bucket/shop1-of-2.bak"),
                                                    half ? 500 : 1_000,
                                                    1_000,
                                                    10),
                                            new RestoredStripe(
                                                    S3Arn.parse("arn:aws:s3:::bucket/shop2-of-2.bak"),
                                                    half ? 500 : 1_000,
                                                    1_000,
                                                    10)),
                                    Optional.empty(),
                                    Optional.of(new RolledTo(Samples.stop().lastLsn(), Optional.empty(), false)),
                                    false));
                    return Behaviors.same();
                })
                .build();
    }

    private static Behavior<HostCommand> host() {
        return Behaviors.receive(HostCommand.class)
                .onMessage(HostCommand.Connect.class, question -> {
                    question.replyTo()
                            .tell(new HostCommand.HostReply.Connected(
                                    new ServerConnection(
                                            "127.0.0.1",
                                            5433,
                                            "master",
                                            "secret",
                                            "postgres",
                                            "jdbc:postgresql://127.0.0.1:5433/postgres"),
                                    Optional.empty()));
                    return Behaviors.same();
                })
                .onMessage(HostCommand.Drop.class, order -> {
                    order.replyTo().tell(new HostCommand.HostReply.Dropped());
                    return Behaviors.same();
                })
                .build();
    }
}
