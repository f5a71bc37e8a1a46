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
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.session.SessionHold.Begun;
import io.bakstripe.worker.session.SessionHold.Finished;
import io.bakstripe.worker.session.SessionHold.StoppedBackup;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds an engine's backup open for one attempt, on one connection, and hands out the pages of its two plans.
 *
 * <p>Its life is the table in {@link SessionTransitions}, driven by the coordinator's ticks. Nothing of it survives a restart: a fresh session that is
 * told that the attempt was opened before answers {@link DatabaseCommand.SessionFailed}, unless the engine's stop is recorded. Then, and when the
 * connection is lost after the stop, it takes the stopped backup up: holds its log again and makes the same closing plan. Asks for pages of a plan that
 * is being made wait for it. It ends by itself when no tick has come for {@link SessionSettings#idleLimit()}. However it stops, it lets go of the server.
 */
public final class BackupSession extends AbstractBehavior<SessionMessage> {

    /** Stop now: the node shuts down, or the session is over. */
    enum Stop implements SessionMessage {
        INSTANCE
    }

    private enum Idle implements SessionMessage {
        INSTANCE
    }

    /** Taking up has failed for so long that the next failure is the last one. */
    private enum OutOfPatience implements SessionMessage {
        INSTANCE
    }

    private enum Verified implements SessionMessage {
        INSTANCE
    }

    private enum Released implements SessionMessage {
        INSTANCE
    }

    private record Opened(Begun begun) implements SessionMessage {}

    private record ClosingMade(SessionCause how, Finished finished) implements SessionMessage {}

    private record Broken(Throwable failure) implements SessionMessage {}

    private record HoldBroken(Throwable failure) implements SessionMessage {}

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
    private final WaitingAsks waiting = new WaitingAsks();

    private SessionPhase phase = SessionPhase.FRESH;
    private long epoch;
    private @Nullable SessionSpec spec;
    private @Nullable Begun begun;
    private @Nullable StoppedBackup stopped;
    private @Nullable Finished finished;
    private @Nullable Problem problem;
    private Optional<Lsn> published = Optional.empty();
    private boolean patient = true;

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
                dependencies,
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
                .onMessage(ClosingMade.class, this::onClosingMade)
                .onMessageEquals(Verified.INSTANCE, this::same)
                .onMessage(HoldBroken.class, this::onHoldBroken)
                .onMessage(Broken.class, this::onBroken)
                .onMessageEquals(OutOfPatience.INSTANCE, this::onOutOfPatience)
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
        published = tick.published().or(() -> published);
        awaitTick();
        SessionCause cause = SessionCause.of(tick, own());
        Optional<SessionPhase> next = SessionTransitions.next(phase, cause);
        if (next.isEmpty()) {
            report();
            verify();
        } else {
            if (phase == SessionPhase.FRESH && next.get() == SessionPhase.TAKING_UP) {
                stopped = recorded(tick);
            }
            if (next.get() == SessionPhase.FAILED) {
                problem = lost(
                        cause == SessionCause.TOLD_OF_ANOTHER
                                ? "another session of this attempt is the one that is recorded"
                                : "its node stopped or its connection broke");
            }
            enter(next.get(), cause, tick.spec());
        }
        return this;
    }

    private Optional<StartFacts> own() {
        StoppedBackup known = stopped;
        return known != null
                ? Optional.of(known.start())
                : Optional.ofNullable(begun).map(Begun::facts);
    }

    private static @Nullable StoppedBackup recorded(Ensure tick) {
        return tick.opened()
                .flatMap(start -> tick.stopped().map(engine -> new StoppedBackup(start, engine)))
                .orElse(null);
    }

    /** Follows the table; what it does not name is the outcome of a step that nobody waits for any more. */
    private Behavior<SessionMessage> move(SessionCause cause) {
        SessionSpec known = spec;
        Optional<SessionPhase> next = SessionTransitions.next(phase, cause);
        if (known != null && next.isPresent()) {
            enter(next.get(), cause, known);
        }
        return this;
    }

    private void enter(SessionPhase next, SessionCause cause, SessionSpec wanted) {
        getContext()
                .getLog()
                .debug("Backup session {}: {} leads from {} to {}", attempt.entityId(), cause, phase, next);
        if (next == SessionPhase.ENDING && phase != SessionPhase.UNGIVEN) {
            timers.cancel(OutOfPatience.INSTANCE);
            patient = true;
        }
        phase = next;
        switch (next) {
            case OPENING -> outcome(hold.open(wanted), Opened::new);
            case STOPPING -> {
                Begun data = begun;
                if (data != null) {
                    outcome(hold.stop(wanted, data), done -> new ClosingMade(SessionCause.ENGINE_STOPPED, done));
                }
            }
            case TAKING_UP -> takeUp(wanted);
            case FAILED -> {
                Object why = problem == null ? "?" : problem.asTaskInfo();
                getContext().getLog().warn("Backup session {} failed: {}", attempt.entityId(), why);
                forgetPlans();
                hold.release();
            }
            case ENDING -> outcome(hold.end(wanted, published), done -> Released.INSTANCE);
            case ENDED -> {
                forgetPlans();
                shard.tell(new ClusterSharding.Passivate<>(getContext().getSelf()));
            }
            case FRESH, OPEN, STOPPED, UNHELD, UNGIVEN -> {}
        }
        report();
        waiting.take().forEach(this::onFetchSlices);
    }

    private <T> void outcome(CompletionStage<T> step, Function<T, SessionMessage> done) {
        getContext().pipeToSelf(step, (result, failure) -> failure == null ? done.apply(result) : new Broken(failure));
    }

    private Behavior<SessionMessage> onOpened(Opened opened) {
        if (phase == SessionPhase.OPENING) {
            begun = opened.begun();
        }
        return move(SessionCause.OPENED);
    }

    private void takeUp(SessionSpec wanted) {
        StoppedBackup known = stopped;
        if (known != null) {
            finished = null;
            bePatient();
            outcome(hold.takeUp(wanted, known), done -> new ClosingMade(SessionCause.TAKEN_UP, done));
        }
    }

    private void bePatient() {
        if (!timers.isTimerActive(OutOfPatience.INSTANCE) && patient) {
            timers.startSingleTimer(
                    OutOfPatience.INSTANCE,
                    OutOfPatience.INSTANCE,
                    dependencies.settings().takeUpLimit());
        }
    }

    private Behavior<SessionMessage> onOutOfPatience() {
        patient = false;
        return this;
    }

    private Behavior<SessionMessage> onClosingMade(ClosingMade made) {
        if (phase == SessionPhase.STOPPING || phase == SessionPhase.TAKING_UP) {
            finished = made.finished();
            stopped = made.finished().known();
            timers.cancel(OutOfPatience.INSTANCE);
            patient = true;
        }
        return move(made.how());
    }

    private void verify() {
        if ((phase == SessionPhase.OPEN || phase == SessionPhase.STOPPED) && !hold.busy()) {
            getContext()
                    .pipeToSelf(
                            hold.verify(),
                            (held, failure) -> failure == null ? Verified.INSTANCE : new HoldBroken(failure));
        }
    }

    private Behavior<SessionMessage> onHoldBroken(HoldBroken broken) {
        Throwable cause = unwrapped(broken.failure());
        if (phase == SessionPhase.OPEN) {
            problem = cause instanceof BakstripeException ? Problem.of(cause) : lost(cause.toString());
        } else if (phase == SessionPhase.STOPPED) {
            getContext().getLog().warn("Backup session {} takes up again: {}", attempt.entityId(), cause.toString());
        }
        return move(SessionCause.HOLD_LOST);
    }

    private Behavior<SessionMessage> onBroken(Broken broken) {
        Problem why = Problem.of(unwrapped(broken.failure()));
        if (phase == SessionPhase.ENDING) {
            return onUngiven(why);
        }
        boolean mayPass = phase == SessionPhase.TAKING_UP
                && patient
                && why.error() != BackupError.WAL_GONE
                && why.error() != BackupError.SESSION_LOST;
        if (mayPass) {
            getContext().getLog().info("Backup session {} is not taken up yet: {}", attempt.entityId(), why.detail());
            return move(SessionCause.UNANSWERED);
        }
        if (SessionTransitions.next(phase, SessionCause.REFUSED).isPresent()) {
            problem = why;
        }
        return move(SessionCause.REFUSED);
    }

    /** The next log backup gives back this one's log, too, so that it is no reason to wait for ever. */
    private Behavior<SessionMessage> onUngiven(Problem why) {
        getContext().getLog().warn("Backup session {} could not give back log: {}", attempt.entityId(), why.detail());
        bePatient();
        return move(patient ? SessionCause.UNANSWERED : SessionCause.RELEASED);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable inner = failure.getCause();
        return failure instanceof CompletionException && inner != null ? inner : failure;
    }

    private Problem lost(String how) {
        Object database = spec == null ? "?" : spec.display();
        return BackupError.SESSION_LOST.problem(database, how);
    }

    private Behavior<SessionMessage> onReleased() {
        return move(SessionCause.RELEASED);
    }

    private void forgetPlans() {
        begun = null;
        stopped = null;
        finished = null;
    }

    private Behavior<SessionMessage> onFetchSlices(FetchSlices ask) {
        Optional<Plan> plan = ask.plan() == PlanKind.DATA
                ? Optional.ofNullable(begun).map(Begun::plan)
                : Optional.ofNullable(finished).map(Finished::plan);
        if (plan.isEmpty() && phase.mayYetHave(ask.plan()) && waiting.add(ask)) {
            return this;
        }
        ask.replyTo()
                .tell(plan.flatMap(cut -> cut.page(ask.stripe(), ask.page()))
                        .<SlicesReply>map(slices -> slices)
                        .orElseGet(() -> new SlicesReply.Gone(
                                problem == null ? lost("it has no such page of the plan") : problem)));
        return this;
    }

    private void report() {
        SessionSpec known = spec;
        DatabaseCommand report = new SessionReport(attempt, epoch, begun, finished, problem).of(phase);
        if (known != null && report != null) {
            dependencies.reports().accept(known.database(), report);
        }
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
