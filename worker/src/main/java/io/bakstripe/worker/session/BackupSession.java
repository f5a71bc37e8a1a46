package io.bakstripe.worker.session;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.session.SessionHold.Begun;
import io.bakstripe.worker.session.SessionHold.Finished;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Holds an engine's backup open for one attempt, on one connection, and hands out the pages of its two plans.
 *
 * <p>Life: fresh → opening → open → stopping → stopped → ended, driven by the coordinator's ticks; from anywhere to failed. Nothing of it survives a
 * restart: a fresh session that is told that the attempt was opened before answers {@link DatabaseCommand.SessionFailed}. It ends by itself when
 * no tick has come for {@link SessionSettings#idleLimit()}. However it stops, it lets go of the server.
 */
public final class BackupSession extends AbstractBehavior<SessionMessage> {

    /** Stop now: the node shuts down, or the session is over. */
    enum Stop implements SessionMessage {
        INSTANCE
    }

    private enum Idle implements SessionMessage {
        INSTANCE
    }

    private enum Verified implements SessionMessage {
        INSTANCE
    }

    private enum Released implements SessionMessage {
        INSTANCE
    }

    private record Opened(Begun begun) implements SessionMessage {}

    private record EngineIsStopped(Finished finished) implements SessionMessage {}

    private record Broken(Throwable failure, boolean verifying) implements SessionMessage {}

    /** The same entity type as {@link SessionCommand#KEY}, open to the session's private messages. */
    private static final EntityTypeKey<SessionMessage> KEY =
            EntityTypeKey.create(SessionMessage.class, SessionCommand.KEY.name());

    /** Starts the entity type on this node; a node without the role {@code worker} gets a proxy. */
    public static void init(ClusterSharding sharding, ActorSystem<?> system, SessionDependencies dependencies) {
        sharding.init(Entity.of(
                        KEY, entity -> create(AttemptRef.parse(entity.getEntityId()), entity.getShard(), dependencies))
                .withRole("worker")
                .withStopMessage(Stop.INSTANCE)
                // Sessions end by their own limit, which has to be longer than a coordinator's recovery.
                .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy())
                .withAllocationStrategy(new StayingAllocation()));
    }

    /** @param shard is asked to passivate this session once it is over */
    static Behavior<SessionMessage> create(
            AttemptRef attempt, ActorRef<ClusterSharding.ShardCommand> shard, SessionDependencies dependencies) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new BackupSession(context, timers, attempt, shard, dependencies)));
    }

    private final TimerScheduler<SessionMessage> timers;
    private final AttemptRef attempt;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final SessionDependencies dependencies;
    private final SessionHold hold;

    private SessionPhase phase = SessionPhase.FRESH;
    private long epoch;
    private @Nullable SessionSpec spec;
    private @Nullable Begun begun;
    private @Nullable Finished finished;
    private @Nullable Problem problem;

    private BackupSession(
            ActorContext<SessionMessage> context,
            TimerScheduler<SessionMessage> timers,
            AttemptRef attempt,
            ActorRef<ClusterSharding.ShardCommand> shard,
            SessionDependencies dependencies) {
        super(context);
        this.timers = timers;
        this.attempt = attempt;
        this.shard = shard;
        this.dependencies = dependencies;
        this.hold = new SessionHold(
                dependencies.sources(),
                dependencies.settings(),
                context.getSystem()
                        .dispatchers()
                        .lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher")));
        awaitTick();
    }

    @Override
    public Receive<SessionMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ensure.class, this::onEnsure)
                .onMessage(FetchSlices.class, this::onFetchSlices)
                .onMessage(Opened.class, this::onOpened)
                .onMessage(EngineIsStopped.class, this::onEngineStopped)
                .onMessageEquals(Verified.INSTANCE, this::same)
                .onMessage(Broken.class, this::onBroken)
                .onMessageEquals(Released.INSTANCE, this::onReleased)
                .onMessageEquals(Idle.INSTANCE, Behaviors::stopped)
                .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                .onSignal(PostStop.class, this::onPostStop)
                .build();
    }

    private Behavior<SessionMessage> onEnsure(Ensure tick) {
        if (tick.epoch() < epoch) {
            return this;
        }
        epoch = tick.epoch();
        spec = tick.spec();
        awaitTick();
        switch (phase.step(tick.goal(), tick.opened().isPresent())) {
            case OPEN -> open(tick.spec());
            case STOP_ENGINE -> stopEngine(tick.spec());
            case END -> end();
            case LOST -> fail(lost("its node stopped or its connection broke"));
            case REPORT -> {
                report();
                verify();
            }
            case WAIT -> {}
        }
        return this;
    }

    private void open(SessionSpec wanted) {
        phase = SessionPhase.OPENING;
        getContext()
                .pipeToSelf(
                        hold.open(wanted),
                        (opened, failure) -> failure == null ? new Opened(opened) : new Broken(failure, false));
    }

    private Behavior<SessionMessage> onOpened(Opened opened) {
        if (phase == SessionPhase.OPENING) {
            begun = opened.begun();
            phase = SessionPhase.OPEN;
            report();
        }
        return this;
    }

    private void stopEngine(SessionSpec wanted) {
        phase = SessionPhase.STOPPING;
        Begun data = begun;
        if (data != null) {
            getContext()
                    .pipeToSelf(
                            hold.stop(wanted, data),
                            (stopped, failure) ->
                                    failure == null ? new EngineIsStopped(stopped) : new Broken(failure, false));
        }
    }

    private Behavior<SessionMessage> onEngineStopped(EngineIsStopped stopped) {
        if (phase == SessionPhase.STOPPING) {
            finished = stopped.finished();
            phase = SessionPhase.STOPPED;
            report();
        }
        return this;
    }

    private void verify() {
        if (phase == SessionPhase.OPEN && !hold.busy()) {
            getContext()
                    .pipeToSelf(
                            hold.verify(),
                            (open, failure) -> failure == null ? Verified.INSTANCE : new Broken(failure, true));
        }
    }

    private Behavior<SessionMessage> onBroken(Broken broken) {
        if (phase == SessionPhase.OPENING || phase == SessionPhase.OPEN || phase == SessionPhase.STOPPING) {
            Throwable cause = broken.failure() instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : broken.failure();
            boolean known = cause instanceof BakstripeException;
            fail(broken.verifying() && !known ? lost(cause.toString()) : Problem.of(cause));
        }
        return this;
    }

    private void fail(Problem why) {
        getContext().getLog().warn("Backup session {} failed: {}", attempt.entityId(), why.asTaskInfo());
        problem = why;
        phase = SessionPhase.FAILED;
        begun = null;
        finished = null;
        hold.release();
        report();
    }

    private Problem lost(String how) {
        Object database = spec == null ? "?" : spec.display();
        return BackupError.SESSION_LOST.problem(database, how);
    }

    private void end() {
        phase = SessionPhase.ENDING;
        getContext().pipeToSelf(hold.release(), (done, failure) -> Released.INSTANCE);
    }

    private Behavior<SessionMessage> onReleased() {
        phase = SessionPhase.ENDED;
        begun = null;
        finished = null;
        report();
        shard.tell(new ClusterSharding.Passivate<>(getContext().getSelf()));
        return this;
    }

    private Behavior<SessionMessage> onFetchSlices(FetchSlices ask) {
        Optional<Plan> plan = ask.plan() == PlanKind.DATA
                ? Optional.ofNullable(begun).map(Begun::plan)
                : Optional.ofNullable(finished).map(Finished::plan);
        ask.replyTo()
                .tell(plan.flatMap(cut -> cut.page(ask.stripe(), ask.page()))
                        .<SlicesReply>map(slices -> slices)
                        .orElseGet(() -> new SlicesReply.Gone(
                                problem == null ? lost("it has no such page of the plan") : problem)));
        return this;
    }

    private void report() {
        SessionSpec known = spec;
        DatabaseCommand report = known == null ? null : reportOf(phase);
        if (known != null && report != null) {
            dependencies.reports().accept(known.database(), report);
        }
    }

    private @Nullable DatabaseCommand reportOf(SessionPhase reached) {
        return switch (reached) {
            case OPEN ->
                begun == null
                        ? null
                        : new DatabaseCommand.SessionOpened(
                                attempt, epoch, begun.facts(), begun.plan().stripeBytes(), begun.statements());
            case STOPPED ->
                finished == null
                        ? null
                        : new DatabaseCommand.EngineStopped(
                                attempt,
                                epoch,
                                finished.facts(),
                                finished.inline(),
                                finished.plan().stripeBytes(),
                                finished.statements());
            case FAILED -> problem == null ? null : new DatabaseCommand.SessionFailed(attempt, epoch, problem);
            case ENDED -> new DatabaseCommand.SessionEnded(attempt, epoch);
            default -> null;
        };
    }

    private void awaitTick() {
        timers.startSingleTimer(
                Idle.INSTANCE, Idle.INSTANCE, dependencies.settings().idleLimit());
    }

    private Behavior<SessionMessage> same() {
        return this;
    }

    private Behavior<SessionMessage> onPostStop(PostStop signal) {
        hold.release();
        return this;
    }
}
