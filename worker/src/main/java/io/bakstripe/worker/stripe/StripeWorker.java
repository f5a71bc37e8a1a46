package io.bakstripe.worker.stripe;

import static java.util.Objects.requireNonNull;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.SnapshotAdapter;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.StripeCommand.Ensure;
import io.bakstripe.protocol.message.StripeCommand.Forget;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.Aborted;
import io.bakstripe.worker.journal.StripeEvent.Closed;
import io.bakstripe.worker.journal.StripeEvent.DataDrained;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Prepared;
import io.bakstripe.worker.journal.StripeEvent.Published;
import io.bakstripe.worker.journal.StripeEvent.Resumed;
import io.bakstripe.worker.journal.StripeEvent.Rewound;
import io.bakstripe.worker.journal.StripeEvent.TrailerStored;
import io.bakstripe.worker.journal.StripeEvent.UploadCreated;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.stripe.StripeUpload.Publication;
import io.bakstripe.worker.stripe.StripeWork.AbortEnded;
import io.bakstripe.worker.stripe.StripeWork.ComparisonEnded;
import io.bakstripe.worker.stripe.StripeWork.PartArrived;
import io.bakstripe.worker.stripe.StripeWork.PublishEnded;
import io.bakstripe.worker.stripe.StripeWork.UploadBegun;
import io.bakstripe.worker.stripe.StripeWork.WorkEnded;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one stripe of one attempt: stores its data plan, its closing plan and its trailer as parts of one upload, then completes or aborts it, as the
 * coordinator's ticks say.
 *
 * <p>What is recorded survives ({@link StripeState}), a stream does not: whatever stopped it, the next tick goes on behind the last recorded part. A
 * prepared stripe is published, and any upload aborted, from the journal alone. When recording fails the stream is broken off at once and the worker
 * starts again with backoff. Nothing is sent without a lease, which each tick renews ({@link StripeLease}). Every tick is answered with a {@link
 * StripeReport}.
 */
public final class StripeWorker extends EventSourcedBehavior<StripeMessage, StripeEvent, StripeState> {

    /** Stop now: the node shuts down, or nobody has asked for long. */
    enum Stop implements StripeMessage {
        INSTANCE
    }

    /** Nobody has asked for long. */
    enum Idle implements StripeMessage {
        INSTANCE
    }

    /** @param shard is asked to passivate this worker when nobody has asked for long */
    static Behavior<StripeMessage> create(
            StripeRef stripe, ActorRef<ClusterSharding.ShardCommand> shard, StripeDependencies dependencies) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new StripeWorker(context, timers, stripe, shard, dependencies)));
    }

    private final ActorContext<StripeMessage> context;
    private final TimerScheduler<StripeMessage> timers;
    private final StripeRef stripe;
    private final ActorRef<ClusterSharding.ShardCommand> shard;
    private final StripeDependencies dependencies;
    private final StripeWork work;
    private final StripeCourse course;
    private final StripeProgress progress;
    private @Nullable Tick tick;

    private StripeWorker(
            ActorContext<StripeMessage> context,
            TimerScheduler<StripeMessage> timers,
            StripeRef stripe,
            ActorRef<ClusterSharding.ShardCommand> shard,
            StripeDependencies dependencies) {
        super(
                // Not of(type, id): that one refuses the separators inside the entity id.
                PersistenceId.ofUniqueId("stripe|" + stripe.entityId()),
                SupervisorStrategy.restartWithBackoff(
                        dependencies.settings().restartPauseMin(),
                        dependencies.settings().restartPauseMax(),
                        0.1));
        this.context = context;
        this.timers = timers;
        this.stripe = stripe;
        this.shard = shard;
        this.dependencies = dependencies;
        this.work = new StripeWork(context, stripe, dependencies);
        this.course = new StripeCourse(work);
        this.progress = new StripeProgress(stripe, context.getSystem().address().toString(), dependencies.clock());
        awaitTick();
    }

    @Override
    public StripeState emptyState() {
        return StripeState.initial();
    }

    @Override
    public CommandHandler<StripeMessage, StripeEvent, StripeState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Ensure.class, this::onEnsure)
                .onCommand(Forget.class, this::onForget)
                .onCommand(UploadBegun.class, this::onUploadBegun)
                .onCommand(PartArrived.class, this::onPartArrived)
                .onCommand(WorkEnded.class, this::onWorkEnded)
                .onCommand(ComparisonEnded.class, this::onComparisonEnded)
                .onCommand(PublishEnded.class, this::onPublishEnded)
                .onCommand(AbortEnded.class, this::onAbortEnded)
                .onCommand(Idle.class, idle -> onIdle())
                .onCommand(Stop.class, stop -> Effect().stop())
                .build();
    }

    private Effect<StripeEvent, StripeState> onEnsure(StripeState state, Ensure ensure) {
        return tick != null && ensure.epoch() < tick.epoch() ? Effect().none() : onTick(state, Tick.of(ensure, tick));
    }

    private Effect<StripeEvent, StripeState> onForget(StripeState state, Forget forget) {
        work.accessAs(StoreAccess.of(stripe.attempt()).in(forget.storage()));
        return onTick(state, Tick.of(forget, tick));
    }

    private Effect<StripeEvent, StripeState> onTick(StripeState state, Tick heard) {
        tick = heard;
        work.lease().renew();
        heard.spec().ifPresent(spec -> work.accessAs(StoreAccess.of(spec)));
        awaitTick();
        return switch (step(state, heard)) {
            case BEGIN -> begin(heard.spec().orElseThrow());
            case GIVE_UP -> end(new Aborted(now()));
            case INTERRUPTED -> fail(state, BackupError.STOPPED_BY_NODE.problem());
            case STREAM_DATA -> resume();
            case STREAM_CLOSING -> state.closingBegun() ? resume() : goOn(state);
            default -> goOn(state);
        };
    }

    private StripeStep step(StripeState state, Tick wanted) {
        return StripeStep.next(
                state,
                wanted.goal(),
                work.activity(),
                work.failure().isPresent(),
                wanted.stop().isPresent());
    }

    private Effect<StripeEvent, StripeState> resume() {
        return Effect().persist(new Resumed(now())).thenRun(this::actAndReport);
    }

    private Effect<StripeEvent, StripeState> goOn(StripeState state) {
        actAndReport(state);
        return Effect().none();
    }

    private void actAndReport(StripeState state) {
        act(state);
        report(state, Optional.empty());
    }

    private void act(StripeState state) {
        if (tick != null) {
            course.take(step(state, tick), state, tick);
        }
    }

    private Effect<StripeEvent, StripeState> begin(StripeSpec spec) {
        UploadIntended intended =
                new UploadIntended(spec.setId(), spec.file(), stripe.stripe(), spec.files(), spec.overwrite(), now());
        return Effect().persist(intended).thenRun(state -> {
            work.begin(intended, spec);
            report(state, Optional.empty());
        });
    }

    private Effect<StripeEvent, StripeState> onUploadBegun(StripeState state, UploadBegun begun) {
        if (!work.current(begun.work())) {
            return Effect().none();
        }
        return Effect()
                .persist(new UploadCreated(begun.upload().id(), now(), begun.seal()))
                .thenRun(next -> {
                    work.done();
                    actAndReport(next);
                });
    }

    private Effect<StripeEvent, StripeState> onPartArrived(StripeState state, PartArrived arrived) {
        boolean wanted = work.current(arrived.work());
        if (!wanted || work.lease().over()) {
            arrived.recorded().completeExceptionally(new IllegalStateException("the stream is not wanted any more"));
            if (wanted) {
                work.stop();
            }
            return Effect().none();
        }
        return Effect().persist(record(arrived.part())).thenRun(next -> {
            arrived.part()
                    .damage()
                    .map(Damage::summary)
                    .ifPresent(pages ->
                            context.getLog().warn("Stripe {} has damaged pages: {}", stripe.entityId(), pages));
            work.progressed();
            arrived.recorded().complete(Done.getInstance());
            long dataBytes =
                    tick == null ? 0 : tick.spec().map(StripeSpec::dataBytes).orElse(0L);
            if (progress.recorded(next, dataBytes)) {
                report(next, Optional.empty());
            }
        });
    }

    private StripeEvent record(PartStored part) {
        return switch (work.activity()) {
            case STORING_TRAILER -> TrailerStored.of(part);
            case MENDING_DATA, MENDING_CLOSING -> PartReplaced.by(part);
            default -> part;
        };
    }

    private Effect<StripeEvent, StripeState> onWorkEnded(StripeState state, WorkEnded ended) {
        if (!work.current(ended.work())) {
            return Effect().none();
        }
        if (ended.problem().isPresent()) {
            return broken(state, ended.problem().get());
        }
        course.follow(work.activity(), state, requireNonNull(tick));
        return Effect().none();
    }

    /** What fails because the lease is over or the connection broke is taken up again by the next tick. */
    private Effect<StripeEvent, StripeState> broken(StripeState state, Problem problem) {
        if (!work.mayGoOnAfter(problem)) {
            return fail(state, problem);
        }
        context.getLog().info("Stripe {} is interrupted: {}", stripe.entityId(), problem.asTaskInfo());
        work.stop();
        return Effect().none();
    }

    private Effect<StripeEvent, StripeState> onComparisonEnded(StripeState state, ComparisonEnded ended) {
        if (!work.current(ended.work())) {
            return Effect().none();
        }
        boolean all = work.activity() == StripeActivity.COMPARING_ALL;
        Mending mending =
                Mending.after(ended.comparison(), state, state.upload().orElseThrow(), work.rounds());
        if (mending instanceof Mending.Impossible impossible) {
            return fail(state, impossible.problem());
        }
        if (mending instanceof Mending.Rewind rewind) {
            return rewind(rewind);
        }
        if (mending instanceof Mending.Needed needed) {
            context.getLog().warn("Stripe {}: {} is stored again", stripe.entityId(), needed);
            course.mend(needed, state, requireNonNull(tick));
            return Effect().none();
        }
        return Effect()
                .persist(all ? new Prepared(now()) : new DataDrained(now()))
                .thenRun(next -> {
                    work.agreed();
                    report(next, Optional.empty());
                    act(next);
                });
    }

    private Effect<StripeEvent, StripeState> rewind(Mending.Rewind rewind) {
        context.getLog().warn("Stripe {}: parts from {} on are stored again", stripe.entityId(), rewind.number());
        return Effect().persist(new Rewound(rewind.number(), now())).thenRun(next -> {
            work.rewound();
            report(next, Optional.empty());
            act(next);
        });
    }

    private Effect<StripeEvent, StripeState> onPublishEnded(StripeState state, PublishEnded ended) {
        if (!work.current(ended.work())) {
            return Effect().none();
        }
        work.done();
        if (ended.publication() instanceof Publication.Impossible impossible) {
            return fail(state, impossible.problem());
        }
        if (ended.publication() instanceof Publication.Unclear unclear) {
            context.getLog().warn("Stripe {} is not published yet: {}", stripe.entityId(), unclear.problem());
            report(state, Optional.of(unclear.problem()));
            return Effect().none();
        }
        return end(new Published(now()));
    }

    private Effect<StripeEvent, StripeState> onAbortEnded(StripeState state, AbortEnded ended) {
        if (!work.current(ended.work())) {
            return Effect().none();
        }
        work.done();
        return switch (ended.outcome()) {
            case GONE -> end(new Aborted(now()));
            case PUBLISHED -> end(new Published(now()));
            case UNCLEAR -> Effect().none();
        };
    }

    private Effect<StripeEvent, StripeState> end(StripeEvent last) {
        return Effect().persist(List.of(last, new Closed(now()))).thenRun(state -> report(state, Optional.empty()));
    }

    private Effect<StripeEvent, StripeState> fail(StripeState state, Problem problem) {
        context.getLog().warn("Stripe {} failed: {}", stripe.entityId(), problem.asTaskInfo());
        work.fail(problem);
        report(state, Optional.empty());
        return Effect().none();
    }

    private Effect<StripeEvent, StripeState> onIdle() {
        work.stop();
        shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        return Effect().none();
    }

    private void report(StripeState state, Optional<Problem> passing) {
        if (tick != null) {
            dependencies.reports().accept(tick.database(), progress.report(state, tick, work, passing));
        }
    }

    private void awaitTick() {
        timers.startSingleTimer(
                Idle.INSTANCE, Idle.INSTANCE, dependencies.settings().idleLimit());
    }

    private Instant now() {
        return dependencies.clock().instant();
    }

    @Override
    public EventHandler<StripeState, StripeEvent> eventHandler() {
        return StripeState::after;
    }

    @Override
    public SignalHandler<StripeState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, signal) -> work.reset())
                .onSignal(PreRestart.class, (state, signal) -> work.reset())
                .onSignal(PostStop.class, (state, signal) -> work.reset())
                .build();
    }

    @Override
    public SnapshotAdapter<StripeState> snapshotAdapter() {
        return new StripeSnapshots();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(dependencies.settings().snapshotEvery(), 1)
                .withDeleteEventsOnSnapshot();
    }
}
