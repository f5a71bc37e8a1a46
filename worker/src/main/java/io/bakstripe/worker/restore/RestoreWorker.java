package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.Ensure;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreMessage;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import io.bakstripe.worker.restore.RestoreFacts.Phase;
import io.bakstripe.worker.restore.RestoreSignal.AllWritten;
import io.bakstripe.worker.restore.RestoreSignal.Broke;
import io.bakstripe.worker.restore.RestoreSignal.Halted;
import io.bakstripe.worker.restore.RestoreSignal.HostAnswered;
import io.bakstripe.worker.restore.RestoreSignal.HostSilent;
import io.bakstripe.worker.restore.RestoreSignal.PartDone;
import io.bakstripe.worker.restore.RestoreSignal.ProgressDue;
import io.bakstripe.worker.restore.RestoreSignal.SetKnown;
import io.bakstripe.worker.restore.RestoreSignal.Told;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Brings one backup set back onto the host it runs on: asks the host's agent for an empty directory, finds and checks the set, writes its files,
 * has the server opened or everything discarded.
 *
 * <h2>Lifecycle</h2>
 *
 * It does nothing by itself: each {@link Ensure} says where to go, and what is not under way is begun then. Every answer carries the number of the
 * run that asked for it, so that what a broken-off run still sends is not taken for the present one's.
 *
 * <h2>What survives a restart</h2>
 *
 * The phase, the set, and how many bytes were applied. A worker that is restarted while it applies begins again from an empty directory, because
 * the agent empties it; reports do not count back. A failure is final for the attempt: the coordinator decides on another.
 *
 * <h2>Reports</h2>
 *
 * Go to the database's coordinator at every change of state, every 5 percent of bytes, and as the answer to every tick.
 */
public final class RestoreWorker extends EventSourcedBehavior<RestoreMessage, RestoreEvent, RestoreFacts> {
    private static final Duration MIN_BACKOFF = Duration.ofMillis(500);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final double JITTER = 0.2;

    /** What is under way in this incarnation. */
    private enum Activity {
        NONE,
        APPLYING,
        OPENING,
        DISCARDING
    }

    private final ActorContext<RestoreMessage> context;
    private final RestoreDependencies dependencies;
    private Activity activity = Activity.NONE;
    private int run;
    private @Nullable Ensure told;
    private @Nullable SetApply apply;
    private @Nullable RestoreProgress progress;

    /** Registers the restore workers of {@code host}; to be called on every node, they run only where the host's role is. */
    public static void init(ClusterSharding sharding, HostName host, RestoreDependencies dependencies) {
        sharding.init(Entity.of(RestoreCommand.key(host), entity -> create(entity.getEntityId(), dependencies))
                .withRole(host.role()));
    }

    /** @param entityId {@code AttemptRef.entityId()} */
    static Behavior<RestoreCommand> create(String entityId, RestoreDependencies dependencies) {
        return Behaviors.<RestoreMessage>setup(context -> new RestoreWorker(
                        PersistenceId.ofUniqueId("restore-worker|" + entityId), context, dependencies))
                .narrow();
    }

    private RestoreWorker(PersistenceId id, ActorContext<RestoreMessage> context, RestoreDependencies dependencies) {
        super(id, SupervisorStrategy.restartWithBackoff(MIN_BACKOFF, MAX_BACKOFF, JITTER));
        this.context = context;
        this.dependencies = dependencies;
    }

    @Override
    public RestoreFacts emptyState() {
        return RestoreFacts.FRESH;
    }

    @Override
    public CommandHandler<RestoreMessage, RestoreEvent, RestoreFacts> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Ensure.class, this::onEnsure)
                .onCommand(Halted.class, this::onHalted)
                .onCommand(HostAnswered.class, this::onHostAnswered)
                .onCommand(HostSilent.class, this::onHostSilent)
                .onCommand(SetKnown.class, this::onSetKnown)
                .onCommand(PartDone.class, this::onPartDone)
                .onCommand(ProgressDue.class, this::onProgressDue)
                .onCommand(AllWritten.class, this::onAllWritten)
                .onCommand(Broke.class, this::onBroke)
                .build();
    }

    private Effect<RestoreEvent, RestoreFacts> onEnsure(RestoreFacts facts, Ensure ensure) {
        Ensure before = told;
        if (before != null && ensure.epoch() < before.epoch()) {
            return Effect().none();
        }
        told = ensure;
        Activity wanted = wanted(facts.phase(), ensure.goal());
        boolean begin = wanted != Activity.NONE
                && (activity == Activity.NONE || (wanted == Activity.DISCARDING && activity != wanted));
        if (begin) {
            activity = wanted;
            begin(facts);
        }
        report(facts);
        return Effect().none();
    }

    private void begin(RestoreFacts facts) {
        SetApply running = apply;
        apply = null;
        if (running == null) {
            askHost(facts, dependencies.time().instant());
            return;
        }
        int mine = ++run;
        context.pipeToSelf(running.stop(), (done, failure) -> new Halted(mine));
    }

    private Effect<RestoreEvent, RestoreFacts> onHalted(RestoreFacts facts, Halted halted) {
        if (halted.run() == run) {
            askHost(facts, dependencies.time().instant());
        }
        return Effect().none();
    }

    /** What leads from {@code phase} towards {@code goal}. */
    private static Activity wanted(Phase phase, RestoreGoal goal) {
        boolean unapplied = phase == Phase.FRESH || phase == Phase.APPLYING;
        return switch (goal) {
            case APPLY -> unapplied ? Activity.APPLYING : Activity.NONE;
            case OPEN -> phase == Phase.APPLIED ? Activity.OPENING : Activity.NONE;
            case DISCARD -> phase == Phase.OPENED || phase == Phase.DISCARDED ? Activity.NONE : Activity.DISCARDING;
        };
    }

    /** Puts the question of the present activity to the host's agent; each of them is safe to repeat. */
    private void askHost(RestoreFacts facts, Instant asking) {
        int mine = ++run;
        RestoreSpec spec = spec();
        context.ask(
                HostReply.class,
                dependencies.host().apply(spec.host()),
                dependencies.settings().hostAnswer(),
                replyTo -> switch (activity) {
                    case OPENING ->
                        new HostCommand.Open(spec.database(), spec.display(), spec.attempt(), facts.dbname(), replyTo);
                    case DISCARDING -> new HostCommand.Discard(spec.database(), spec.attempt(), replyTo);
                    case APPLYING, NONE -> new HostCommand.Prepare(spec.database(), spec.attempt(), replyTo);
                },
                (reply, silent) -> reply != null ? new HostAnswered(mine, reply) : new HostSilent(mine, asking));
    }

    private Effect<RestoreEvent, RestoreFacts> onHostSilent(RestoreFacts facts, HostSilent silent) {
        if (silent.run() != run) {
            return Effect().none();
        }
        Instant end = silent.asking().plus(dependencies.settings().hostPatience());
        boolean giveUp =
                activity == Activity.APPLYING && dependencies.time().instant().isAfter(end);
        if (giveUp) {
            return fail(BackupError.HOST_UNAVAILABLE.problem(spec().host()));
        }
        askHost(facts, silent.asking());
        return Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onHostAnswered(RestoreFacts facts, HostAnswered answer) {
        if (answer.run() != run) {
            return Effect().none();
        }
        if (answer.reply() instanceof HostReply.Failed failed) {
            if (activity == Activity.DISCARDING && facts.phase() == Phase.FAILED) {
                // The first problem is the one to show; the next tick asks again.
                activity = Activity.NONE;
                return Effect().none();
            }
            return fail(failed.problem());
        }
        if (activity == Activity.APPLYING && answer.reply() instanceof HostReply.Prepared prepared) {
            find(Path.of(prepared.directory()));
            return Effect().none();
        }
        if (activity == Activity.OPENING && answer.reply() instanceof HostReply.Connected) {
            return end(new ServerOpened());
        }
        if (activity == Activity.DISCARDING && answer.reply() instanceof HostReply.Discarded) {
            return end(new AttemptDiscarded());
        }
        return fail(BackupError.PROTOCOL_BROKEN.problem(answer.reply()));
    }

    private void find(Path directory) {
        int mine = run;
        CompletionStage<FoundSet> found = dependencies.finder().find(spec().from());
        context.pipeToSelf(
                found,
                (set, failure) ->
                        set != null ? new SetKnown(mine, directory, set) : new Broke(mine, Problem.of(failure)));
    }

    private Effect<RestoreEvent, RestoreFacts> onSetKnown(RestoreFacts facts, SetKnown known) {
        if (known.run() != run) {
            return Effect().none();
        }
        Optional<Problem> misfit = SetFit.check(known.set().header(), spec().view());
        if (misfit.isPresent()) {
            return fail(misfit.get());
        }
        List<StripeFound> stripes = known.set().stripes().stream()
                .map(stripe -> new StripeFound(
                        stripe.object().file(),
                        stripe.trailer().parts().stream()
                                .mapToLong(part -> part.plainBytes())
                                .sum()))
                .toList();
        SetFound found = new SetFound(
                known.set().header().setId(), known.set().header().start().dbname(), stripes);
        return Effect().persist(found).thenRun(now -> {
            write(known, now);
            report(now);
        });
    }

    private void write(SetKnown known, RestoreFacts facts) {
        int mine = run;
        RestoreProgress counted = new RestoreProgress(dependencies.time().instant(), facts.stripes());
        progress = counted;
        SetApply begun = new SetApply(
                dependencies,
                context.getSystem(),
                spec().host(),
                known.directory(),
                known.set(),
                new Told(mine, counted, context.getSelf()));
        apply = begun;
        context.pipeToSelf(
                begun.run(),
                (done, failure) -> done != null ? new AllWritten(mine) : new Broke(mine, Problem.of(failure)));
    }

    private Effect<RestoreEvent, RestoreFacts> onPartDone(RestoreFacts facts, PartDone done) {
        return done.run() == run
                ? Effect().persist(done.event()).thenRun(now -> done.recorded().complete(Done.done()))
                : Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onProgressDue(RestoreFacts facts, ProgressDue due) {
        if (due.run() == run) {
            report(facts);
        }
        return Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onAllWritten(RestoreFacts facts, AllWritten written) {
        return written.run() == run ? end(new FilesApplied()) : Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onBroke(RestoreFacts facts, Broke broke) {
        return broke.run() == run ? fail(broke.problem()) : Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> fail(Problem problem) {
        context.getLog().warn("restore {} failed: {}", spec().attempt(), problem.asTaskInfo());
        return end(new AttemptFailed(problem));
    }

    /** Records how the present activity ended. */
    private Effect<RestoreEvent, RestoreFacts> end(RestoreEvent event) {
        activity = Activity.NONE;
        apply = null;
        run++;
        return Effect().persist(event).thenRun(this::report);
    }

    private void report(RestoreFacts facts) {
        Ensure now = told;
        if (now == null) {
            return;
        }
        RestoreProgress counted =
                progress == null ? new RestoreProgress(dependencies.time().instant(), facts.stripes()) : progress;
        dependencies
                .reports()
                .accept(
                        now.spec().database(),
                        new RestoreReport(
                                now.spec().attempt(),
                                now.epoch(),
                                stateToReport(facts.phase()),
                                dependencies.node(),
                                facts.setId(),
                                counted.stripes(dependencies.time().instant(), facts),
                                facts.problem()));
    }

    private RestoreState stateToReport(Phase phase) {
        return switch (phase) {
            case FRESH -> RestoreState.STARTING;
            case APPLYING -> RestoreState.APPLYING;
            case APPLIED -> activity == Activity.OPENING ? RestoreState.OPENING : RestoreState.APPLIED;
            case OPENED -> RestoreState.OPENED;
            case DISCARDED -> RestoreState.DISCARDED;
            case FAILED -> RestoreState.FAILED;
        };
    }

    private RestoreSpec spec() {
        Ensure now = told;
        if (now == null) {
            throw new IllegalStateException("nothing is under way before the first tick");
        }
        return now.spec();
    }

    @Override
    public EventHandler<RestoreFacts, RestoreEvent> eventHandler() {
        return newEventHandlerBuilder()
                .forAnyState()
                .onEvent(SetFound.class, RestoreFacts::setFound)
                .onEvent(PartApplied.class, RestoreFacts::partApplied)
                .onEvent(FilesApplied.class, RestoreFacts::filesApplied)
                .onEvent(ServerOpened.class, RestoreFacts::serverOpened)
                .onEvent(AttemptDiscarded.class, RestoreFacts::discarded)
                .onEvent(AttemptFailed.class, RestoreFacts::failed)
                .build();
    }

    @Override
    public SignalHandler<RestoreFacts> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(PreRestart.instance(), facts -> halt())
                .onSignal(PostStop.instance(), facts -> halt())
                .build();
    }

    /** Forgets what was under way: after a failure of the journal this same object goes on with a recovered state. */
    private void halt() {
        SetApply running = apply;
        if (running != null) {
            running.stop();
        }
        apply = null;
        activity = Activity.NONE;
        run++;
    }
}
