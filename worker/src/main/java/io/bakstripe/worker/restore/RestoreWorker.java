package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.Ensure;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreMessage;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.ServerStands;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.StepKept;
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
import io.bakstripe.worker.seal.OpenedFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes one step of a restore on the host it runs on: finds and checks the set, asks the host's agent for the directory that it belongs into, writes its files,
 * has what was written kept, the server opened, or everything discarded. A step that only opens has no set.
 *
 * <h2>Lifecycle</h2>
 *
 * It does nothing by itself: each {@link Ensure} says where to go, and what is not under way is begun then. Every answer carries the number of the
 * run that asked for it, so that what a broken-off run still sends is not taken for the present one's.
 *
 * <h2>What survives a restart</h2>
 *
 * The phase, the set, and how many bytes were applied. A worker that is restarted while it applies begins again, from an empty directory, because
 * the agent empties it, or, with a differential, over the same files; reports do not count back. {@link RestoreTransitions} is the table of what may follow what. A failure is final for the attempt: the coordinator decides on another.
 *
 * <h2>Reports</h2>
 *
 * Go to the database's coordinator at every change of state, every 5 percent of bytes, and as the answer to every tick.
 */
public final class RestoreWorker extends EventSourcedBehavior<RestoreMessage, RestoreEvent, RestoreFacts> {
    private static final Duration MIN_BACKOFF = Duration.ofMillis(500);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final double JITTER = 0.2;

    private final ActorContext<RestoreMessage> context;
    private final RestoreDependencies dependencies;
    private RestoreActivity activity = RestoreActivity.NONE;
    private int run;
    private @Nullable Ensure told;
    private @Nullable FoundSet found;
    private @Nullable SetApply apply;
    private @Nullable RestoreProgress progress;

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
        if (wanted(facts, ensure) == RestoreActivity.DISCARDING && facts.kept().isPresent()) {
            // What was kept belongs to the database; there is nothing else.
            return end(new AttemptDiscarded(false));
        }
        towards(facts, ensure);
        report(facts);
        return Effect().none();
    }

    private static RestoreActivity wanted(RestoreFacts facts, Ensure ensure) {
        return RestoreActivity.wanted(
                facts.phase(), ensure.goal(), ensure.spec().step().kind());
    }

    private void towards(RestoreFacts facts, Ensure ensure) {
        RestoreActivity wanted = wanted(facts, ensure);
        if (wanted.displaces(activity)) {
            activity = wanted;
            begin(facts);
        }
    }

    private void begin(RestoreFacts facts) {
        SetApply running = apply;
        apply = null;
        if (running == null) {
            go(facts);
            return;
        }
        int mine = ++run;
        context.pipeToSelf(running.stop(), (done, failure) -> new Halted(mine));
    }

    private Effect<RestoreEvent, RestoreFacts> onHalted(RestoreFacts facts, Halted halted) {
        if (halted.run() == run) {
            go(facts);
        }
        return Effect().none();
    }

    private void go(RestoreFacts facts) {
        if (activity == RestoreActivity.APPLYING) {
            find();
        } else {
            askHost(facts, dependencies.time().instant());
        }
    }

    /** Puts the question of the present activity to the host's agent; each of them is safe to repeat. */
    private void askHost(RestoreFacts facts, Instant asking) {
        int mine = ++run;
        RestoreSpec spec = spec();
        context.ask(
                HostReply.class,
                dependencies.host().apply(spec.host()),
                dependencies.settings().hostAnswer(),
                replyTo -> activity.question(spec, facts, replyTo),
                (reply, silent) -> reply != null ? new HostAnswered(mine, reply) : new HostSilent(mine, asking));
    }

    private Effect<RestoreEvent, RestoreFacts> onHostSilent(RestoreFacts facts, HostSilent silent) {
        if (silent.run() != run) {
            return Effect().none();
        }
        Instant end = silent.asking().plus(dependencies.settings().hostPatience());
        boolean giveUp = activity == RestoreActivity.APPLYING
                && dependencies.time().instant().isAfter(end);
        if (giveUp) {
            return fail(facts, BackupError.HOST_UNAVAILABLE.problem(spec().host()));
        }
        askHost(facts, silent.asking());
        return Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onHostAnswered(RestoreFacts facts, HostAnswered answer) {
        if (answer.run() != run) {
            return Effect().none();
        }
        if (answer.reply() instanceof HostReply.Failed failed) {
            return fail(facts, failed.problem());
        }
        HostReply reply = answer.reply();
        if (activity == RestoreActivity.APPLYING && reply instanceof HostReply.Prepared prepared) {
            return onPrepared(facts, prepared);
        }
        if (activity == RestoreActivity.KEEPING && reply instanceof HostReply.Kept kept) {
            return end(new StepKept(kept.rolledTo()));
        }
        if (activity == RestoreActivity.STANDING_BY && reply instanceof HostReply.Connected) {
            return end(new ServerStands());
        }
        if (activity == RestoreActivity.OPENING && reply instanceof HostReply.Connected connected) {
            return end(new ServerOpened(connected.kept()));
        }
        if (activity == RestoreActivity.DISCARDING && reply instanceof HostReply.Discarded discarded) {
            return end(new AttemptDiscarded(discarded.touched()));
        }
        return fail(facts, BackupError.PROTOCOL_BROKEN.problem(reply));
    }

    private void find() {
        int mine = ++run;
        OpenedFiles files = dependencies.files(spec());
        CompletionStage<FoundSet> looked = dependencies
                .finders()
                .apply(files)
                .find(spec().step().from().orElseThrow())
                .whenComplete((set, failure) -> files.close());
        context.pipeToSelf(
                looked, (set, failure) -> set != null ? new SetKnown(mine, set) : new Broke(mine, Problem.of(failure)));
    }

    /** Everything that can be known before the host is asked for the directory: asking for a database's own counts as touching it. */
    private Effect<RestoreEvent, RestoreFacts> onSetKnown(RestoreFacts facts, SetKnown known) {
        if (known.run() != run) {
            return Effect().none();
        }
        Optional<Problem> misfit = SetFit.check(known.set(), spec(), facts.setId(), Optional.empty());
        if (misfit.isPresent()) {
            return fail(facts, misfit.get());
        }
        found = known.set();
        askHost(facts, dependencies.time().instant());
        return Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> onPrepared(RestoreFacts facts, HostReply.Prepared target) {
        FoundSet set = Objects.requireNonNull(found);
        Optional<Problem> misfit =
                SetFit.check(set, spec(), facts.setId(), Optional.of(new EngineVersions(target.versions())));
        if (misfit.isPresent()) {
            return fail(facts, misfit.get());
        }
        return Effect().persist(SetFound.of(set)).thenRun(now -> {
            write(Path.of(target.directory()), set, now);
            report(now);
        });
    }

    private void write(Path directory, FoundSet set, RestoreFacts facts) {
        int mine = run;
        RestoreProgress counted = new RestoreProgress(dependencies.time().instant(), facts.stripes());
        progress = counted;
        SetApply begun = new SetApply(
                dependencies,
                dependencies.files(spec()),
                context.getSystem(),
                spec().host(),
                directory,
                set,
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
        return broke.run() == run ? fail(facts, broke.problem()) : Effect().none();
    }

    private Effect<RestoreEvent, RestoreFacts> fail(RestoreFacts facts, Problem problem) {
        context.getLog().warn("restore {} failed: {}", spec().attempt(), problem.asTaskInfo());
        if (facts.phase() == Phase.FAILED) {
            // The first problem is the one to show; the next tick tries to discard again.
            activity = RestoreActivity.NONE;
            return Effect().none();
        }
        return end(new AttemptFailed(problem));
    }

    /** Records how the present activity ended. */
    private Effect<RestoreEvent, RestoreFacts> end(RestoreEvent event) {
        activity = RestoreActivity.NONE;
        apply = null;
        found = null;
        run++;
        return Effect().persist(event).thenRun(now -> {
            report(now);
            Ensure goal = told;
            if (goal != null) {
                towards(now, goal);
            }
        });
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
                                activity.reported(facts.phase(), now.goal()),
                                dependencies.node(),
                                facts.setId(),
                                counted.stripes(dependencies.time().instant(), facts),
                                facts.problem(),
                                facts.kept(),
                                facts.touches(now.spec().step()),
                                facts.replaced()));
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
                .onEvent(StepKept.class, RestoreFacts::stepKept)
                .onEvent(ServerStands.class, RestoreFacts::serverStands)
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
        found = null;
        activity = RestoreActivity.NONE;
        run++;
    }
}
