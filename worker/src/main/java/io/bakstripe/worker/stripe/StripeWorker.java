package io.bakstripe.worker.stripe;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
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
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.Ensure;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.Aborted;
import io.bakstripe.worker.journal.StripeEvent.Closed;
import io.bakstripe.worker.journal.StripeEvent.DataDrained;
import io.bakstripe.worker.journal.StripeEvent.Prepared;
import io.bakstripe.worker.journal.StripeEvent.Published;
import io.bakstripe.worker.journal.StripeEvent.UploadCreated;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.journal.StripeSnapshot;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.stripe.StripeUpload.Publication;
import io.bakstripe.worker.stripe.StripeWork.AbortEnded;
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
 * <p>What is recorded survives ({@link StripeState}); a stream does not: a worker that finds a stream cut by a restart reports {@code
 * STOPPED_BY_NODE} and waits for the abort. A prepared stripe is published, and any upload aborted, from the journal alone. When recording fails the
 * stream is broken off at once and the worker starts again with backoff. Every tick is answered with a {@link StripeReport}.
 */
public final class StripeWorker extends EventSourcedBehavior<StripeMessage, StripeEvent, StripeState> {

    /** Stop now: the node shuts down, or nobody has asked for long. */
    enum Stop implements StripeMessage {
        INSTANCE
    }

    private enum Idle implements StripeMessage {
        INSTANCE
    }

    /** The same entity type as {@link StripeCommand#KEY}, open to the worker's private messages. */
    private static final EntityTypeKey<StripeMessage> KEY =
            EntityTypeKey.create(StripeMessage.class, StripeCommand.KEY.name());

    /** Starts the entity type on this node; a node without the role {@code worker} gets a proxy. */
    public static void init(ClusterSharding sharding, ActorSystem<?> system, StripeDependencies dependencies) {
        StripeSettings settings = dependencies.settings();
        sharding.init(Entity.of(
                        KEY, entity -> create(StripeRef.parse(entity.getEntityId()), entity.getShard(), dependencies))
                .withRole("worker")
                .withStopMessage(Stop.INSTANCE)
                .withMessageExtractor(new StripeShards(settings.shards()))
                // Workers go by their own limit, which has to be longer than a coordinator's recovery.
                .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy())
                .withAllocationStrategy(
                        new StripeAllocation(Cluster.get(system).selfMember().address(), settings.movingShards())));
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
    private final StripeProgress progress;
    private @Nullable Ensure tick;

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
        this.work = new StripeWork(context, dependencies);
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
                .onCommand(UploadBegun.class, this::onUploadBegun)
                .onCommand(PartArrived.class, this::onPartArrived)
                .onCommand(WorkEnded.class, this::onWorkEnded)
                .onCommand(PublishEnded.class, this::onPublishEnded)
                .onCommand(AbortEnded.class, this::onAbortEnded)
                .onCommand(Idle.class, idle -> onIdle())
                .onCommand(Stop.class, stop -> Effect().stop())
                .build();
    }

    private Effect<StripeEvent, StripeState> onEnsure(StripeState state, Ensure ensure) {
        if (tick != null && ensure.epoch() < tick.epoch()) {
            return Effect().none();
        }
        tick = ensure;
        awaitTick();
        return switch (step(state, ensure)) {
            case BEGIN -> begin(ensure.spec());
            case GIVE_UP -> end(new Aborted(now()));
            case INTERRUPTED -> fail(state, BackupError.STOPPED_BY_NODE.problem());
            default -> {
                goOn(state);
                yield Effect().none();
            }
        };
    }

    private StripeStep step(StripeState state, Ensure ensure) {
        return StripeStep.next(
                state,
                ensure.goal(),
                work.activity(),
                work.failure().isPresent(),
                ensure.stop().isPresent());
    }

    private void goOn(StripeState state) {
        act(state);
        report(state, Optional.empty());
    }

    /** Takes the steps that need nothing recorded. */
    private void act(StripeState state) {
        Ensure wanted = tick;
        Upload upload = state.upload().orElse(null);
        UploadIntended intended = state.intended().orElse(null);
        if (wanted != null && upload != null && intended != null) {
            StripeStep step = step(state, wanted);
            if (step == StripeStep.STREAM_CLOSING) {
                work.streamClosing(state, upload, wanted.spec(), wanted.stop().orElseThrow());
            } else if (step == StripeStep.PUBLISH) {
                work.publish(intended, state, upload);
            } else if (step == StripeStep.ABORT) {
                work.abort(upload);
            }
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
        return Effect().persist(new UploadCreated(begun.upload().id(), now())).thenRun(next -> {
            work.done();
            if (tick != null && tick.goal() != StripeGoal.ABORT) {
                work.streamData(next, begun.upload(), tick.spec());
            }
            goOn(next);
        });
    }

    private Effect<StripeEvent, StripeState> onPartArrived(StripeState state, PartArrived arrived) {
        if (!work.current(arrived.work())) {
            arrived.recorded().completeExceptionally(new IllegalStateException("the stream is not wanted any more"));
            return Effect().none();
        }
        return Effect().persist(arrived.part()).thenRun(next -> {
            arrived.recorded().complete(Done.getInstance());
            if (tick != null && progress.recorded(next, tick.spec().dataBytes())) {
                report(next, Optional.empty());
            }
        });
    }

    private Effect<StripeEvent, StripeState> onWorkEnded(StripeState state, WorkEnded ended) {
        if (!work.current(ended.work())) {
            return Effect().none();
        }
        if (ended.problem().isPresent()) {
            return fail(state, ended.problem().get());
        }
        Upload upload = state.upload().orElseThrow();
        switch (work.activity()) {
            case STREAMING_DATA -> work.compare(StripeActivity.COMPARING_DATA, state, upload);
            case STREAMING_CLOSING -> work.storeTrailer(state, upload);
            case STORING_TRAILER -> work.compare(StripeActivity.COMPARING_ALL, state, upload);
            case COMPARING_DATA -> {
                return reached(new DataDrained(now()));
            }
            case COMPARING_ALL -> {
                return reached(new Prepared(now()));
            }
            default -> throw new IllegalStateException("nothing can end in " + work.activity());
        }
        return Effect().none();
    }

    private Effect<StripeEvent, StripeState> reached(StripeEvent event) {
        return Effect().persist(event).thenRun(state -> {
            work.done();
            report(state, Optional.empty());
            act(state);
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
        return ended.gone() ? end(new Aborted(now())) : Effect().none();
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
            dependencies.reports().accept(tick.spec().database(), progress.report(state, tick, work, passing));
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
        return new SnapshotAdapter<>() {
            @Override
            public Object toJournal(StripeState state) {
                return state.snapshot();
            }

            @Override
            public StripeState fromJournal(Object from) {
                return StripeState.of((StripeSnapshot) from);
            }
        };
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(dependencies.settings().snapshotEvery(), 1)
                .withDeleteEventsOnSnapshot();
    }
}
