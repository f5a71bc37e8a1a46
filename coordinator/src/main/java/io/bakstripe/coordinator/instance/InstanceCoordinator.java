package io.bakstripe.coordinator.instance;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectBuilder;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.journal.InstanceEvent.ConfigurationSet;
import io.bakstripe.coordinator.journal.InstanceEvent.InstanceDeclared;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotGranted;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Cancel;
import io.bakstripe.protocol.message.InstanceCommand.ConfigurationReply;
import io.bakstripe.protocol.message.InstanceCommand.DailySnapshotSeen;
import io.bakstripe.protocol.message.InstanceCommand.Declare;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.Drop;
import io.bakstripe.protocol.message.InstanceCommand.FindTasks;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.InstanceCommand.SetConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.ShowConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.SnapshotsPruned;
import io.bakstripe.protocol.message.InstanceCommand.Submit;
import io.bakstripe.protocol.message.InstanceCommand.SwapBack;
import io.bakstripe.protocol.message.InstanceCommand.TakeSnapshot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoutes;
import io.bakstripe.protocol.message.InstanceCommand.Tidied;
import io.bakstripe.protocol.message.InstanceMessage;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.message.SwapReply;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The coordinator of one instance.
 *
 * <p>Responsibility: gives out task ids, holds the two running slots, keeps the configuration and hands calls to the coordinator of the database
 * that they name. Lifecycle: sharded by name and remembered, so it is there whenever the cluster is; at start and every 30 s it wakes the
 * databases that have something to do and asks them about every open registration. What survives a restart: {@link InstanceRecord}; which tasks
 * asked for a slot does not, they ask again. Every message may come twice.
 */
public final class InstanceCoordinator extends EventSourcedBehavior<InstanceMessage, InstanceEvent, InstanceRecord> {
    private record ProbeAll() implements InstanceMessage, NoSerializationVerificationNeeded {}

    private final ActorContext<InstanceMessage> context;
    private final InstanceName name;
    private final InstanceSettings settings;
    private final Peers peers;
    private final InstantSource clock;
    private final Turns turns;
    private final DailySnapshots daily;
    private final RetentionRounds rounds;

    private InstanceCoordinator(
            ActorContext<InstanceMessage> context,
            TimerScheduler<InstanceMessage> timers,
            InstanceName name,
            InstanceSettings settings,
            Peers peers,
            InstantSource clock) {
        super(
                PersistenceId.of("instance", name.value()),
                SupervisorStrategy.restartWithBackoff(settings.minBackoff(), settings.maxBackoff(), 0.2));
        this.context = context;
        this.name = name;
        this.settings = settings;
        this.peers = peers;
        this.clock = clock;
        this.turns = new Turns(settings.slotKept(), clock.instant());
        this.daily = new DailySnapshots(settings.snapshots().atOnceIfTaken());
        this.rounds = new RetentionRounds(name, settings.snapshots());
        timers.startTimerWithFixedDelay(new ProbeAll(), settings.probe());
    }

    public static Behavior<InstanceCommand> create(
            InstanceName name, InstanceSettings settings, Peers peers, InstantSource clock) {
        return Behaviors.<InstanceMessage>setup(context -> Behaviors.withTimers(
                        timers -> new InstanceCoordinator(context, timers, name, settings, peers, clock)))
                .narrow();
    }

    @Override
    public InstanceRecord emptyState() {
        return InstanceRecord.empty();
    }

    @Override
    public CommandHandler<InstanceMessage, InstanceEvent, InstanceRecord> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Declare.class, this::declare)
                .onCommand(Submit.class, this::submit)
                .onCommand(Cancel.class, this::cancel)
                .onCommand(Drop.class, this::drop)
                .onCommand(SwapBack.class, this::swapBack)
                .onCommand(TakeSnapshot.class, this::takeSnapshot)
                .onCommand(DailySnapshotSeen.class, this::dailySnapshotSeen)
                .onCommand(SnapshotsPruned.class, this::snapshotsPruned)
                .onCommand(Register.class, this::register)
                .onCommand(RequestSlot.class, this::requestSlot)
                .onCommand(ReleaseSlot.class, this::releaseSlot)
                .onCommand(Tidied.class, this::tidied)
                .onCommand(ProbeAll.class, (state, tick) -> probeAll(state))
                .onCommand(ProbeAnswer.class, this::probeAnswered)
                .onCommand(SetConfiguration.class, this::setConfiguration)
                .onCommand(ShowConfiguration.class, this::showConfiguration)
                .onCommand(Describe.class, this::describe)
                .onCommand(FindTasks.class, this::findTasks)
                .build();
    }

    private Effect<InstanceEvent, InstanceRecord> declare(InstanceRecord state, Declare declare) {
        long offered = declare.definition().revision();
        Optional<DeclareReply> held = Declarations.held(state, declare.definition());
        if (held.isPresent()) {
            declare.replyTo().tell(held.get());
            return Effect().none();
        }
        return Effect()
                .persist(new InstanceDeclared(declare.definition(), clock.instant()))
                .thenRun(next -> declare.replyTo().tell(new DeclareReply(offered, true)));
    }

    private Effect<InstanceEvent, InstanceRecord> submit(InstanceRecord state, Submit call) {
        RoutingRules.Route route = RoutingRules.of(state, name, call.request(), call.key(), clock.instant());
        route.problem().ifPresent(problem -> call.replyTo().tell(new SubmitReply.Refused(problem)));
        route.database()
                .ifPresent(database -> peers.database(database)
                        .tell(new DatabaseCommand.Submit(
                                call.request(), route.view().orElseThrow(), call.login(), call.key(), call.replyTo())));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> cancel(InstanceRecord state, Cancel call) {
        state.databaseOf(call.task())
                .ifPresentOrElse(
                        database -> peers.database(database)
                                .tell(new DatabaseCommand.Cancel(
                                        call.task(), call.login(), call.key(), call.replyTo())),
                        () -> call.replyTo().tell(new CancelReply.Unknown()));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> drop(InstanceRecord state, Drop call) {
        RoutingRules.Route route = RoutingRules.ofKnown(state, name, call.database());
        route.problem().ifPresent(problem -> call.replyTo().tell(new DropReply.Refused(problem)));
        route.database()
                .ifPresent(database -> peers.database(database)
                        .tell(new DatabaseCommand.Drop(
                                call.database(), route.view().orElseThrow(), call.login(), call.replyTo())));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> swapBack(InstanceRecord state, SwapBack call) {
        RoutingRules.Route route = RoutingRules.ofKnown(state, name, call.database());
        route.problem().ifPresent(problem -> call.replyTo().tell(new SwapReply.Refused(problem)));
        route.database()
                .ifPresent(database -> peers.database(database)
                        .tell(new DatabaseCommand.SwapBack(
                                call.database(), route.view().orElseThrow(), call.login(), call.replyTo())));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> takeSnapshot(InstanceRecord state, TakeSnapshot call) {
        RoutingRules.Route route = RoutingRules.ofSnapshot(state, name, call.database(), call.key(), clock.instant());
        route.problem().ifPresent(problem -> call.replyTo().tell(new SnapshotReply.Refused(problem)));
        route.database()
                .ifPresent(database -> peers.database(database)
                        .tell(new DatabaseCommand.TakeSnapshot(
                                call.database(), route.view().orElseThrow(), call.key(), call.replyTo())));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> dailySnapshotSeen(InstanceRecord state, DailySnapshotSeen answer) {
        daily.seen(answer.database(), answer.closes());
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> snapshotsPruned(InstanceRecord state, SnapshotsPruned answer) {
        rounds.seen(answer.database());
        return Effect().none();
    }

    private void askForDailySnapshots(InstanceRecord state) {
        state.view()
                .ifPresent(view -> daily.due(state, clock.instant())
                        .ifPresent(due -> due.databases()
                                .forEach(database -> peers.database(database)
                                        .tell(new DatabaseCommand.TakeDailySnapshot(view, due.closes())))));
    }

    private Effect<InstanceEvent, InstanceRecord> register(InstanceRecord state, Register question) {
        Registrar.Answer answer = Registrar.register(state, question, clock.instant());
        return Effect()
                .persist(answer.event().stream().toList())
                .thenRun(next -> peers.database(question.database()).tell(answer.reply()));
    }

    private Effect<InstanceEvent, InstanceRecord> requestSlot(InstanceRecord state, RequestSlot request) {
        Optional<Registration> known = state.find(request.task());
        if (known.isEmpty()) {
            if (!state.closedLately(request.task())) {
                context.getLog().warn("task {} asks for a slot but is not registered", request.task());
            }
            return Effect().none();
        }
        if (known.get().slot()) {
            tellGranted(known.get());
            return Effect().none();
        }
        turns.asks(request.task());
        return grant(state, List.of());
    }

    private Effect<InstanceEvent, InstanceRecord> releaseSlot(InstanceRecord state, ReleaseSlot release) {
        turns.ended(release.task(), release.database(), clock.instant());
        return grant(state, Registrar.release(state, release, clock.instant()))
                .thenRun(next ->
                        peers.database(release.database()).tell(new DatabaseCommand.SlotReleased(release.task())));
    }

    private Effect<InstanceEvent, InstanceRecord> tidied(InstanceRecord state, Tidied tidied) {
        return Effect()
                .persist(Registrar.tidied(state, tidied.task(), clock.instant()))
                .thenRun(next -> peers.database(tidied.database()).tell(new DatabaseCommand.TidyNoted(tidied.task())));
    }

    private Effect<InstanceEvent, InstanceRecord> probeAll(InstanceRecord state) {
        state.view().ifPresent(view -> state.busy().forEach(database -> wake(database, view)));
        for (Registration open : state.open().list()) {
            peers.database(open.database()).tell(new DatabaseCommand.Probe(open.task(), open.submission()));
            if (open.slot()) {
                tellGranted(open);
            }
        }
        askForDailySnapshots(state);
        rounds.due(state, clock.instant())
                .forEach(database -> peers.database(database).tell(new DatabaseCommand.PruneSnapshots()));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> probeAnswered(InstanceRecord state, ProbeAnswer answer) {
        if (answer.knowledge() == TaskKnowledge.UNKNOWN) {
            turns.isUnknown(answer.task());
        } else if (answer.knowledge() == TaskKnowledge.ENDED) {
            state.find(answer.task()).ifPresent(known -> turns.ended(known.task(), known.database(), clock.instant()));
        }
        return grant(
                state,
                Registrar.answered(state, answer, settings.probe(), clock.instant()).stream()
                        .toList());
    }

    private Effect<InstanceEvent, InstanceRecord> setConfiguration(InstanceRecord state, SetConfiguration command) {
        Optional<InstanceView> view = state.view();
        if (view.isEmpty()) {
            command.replyTo().tell(unknown());
            return Effect().none();
        }
        ConfigurationRules.Decision decision =
                ConfigurationRules.set(view.get(), command.name(), command.value(), clock.instant());
        if (decision.problem().isPresent()) {
            command.replyTo().tell(new ConfigurationReply(List.of(), decision.problem()));
            return Effect().none();
        }
        ConfigurationSet set = decision.event().orElseThrow();
        return Effect()
                .persist(set)
                .thenRun(next -> command.replyTo()
                        .tell(ConfigurationRules.show(next.view().orElseThrow(), Optional.of(set.name()))));
    }

    private Effect<InstanceEvent, InstanceRecord> showConfiguration(InstanceRecord state, ShowConfiguration question) {
        question.replyTo()
                .tell(state.view()
                        .map(view -> ConfigurationRules.show(view, question.name()))
                        .orElseGet(this::unknown));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> describe(InstanceRecord state, Describe question) {
        question.replyTo()
                .tell(new InstanceDescription(
                        state.view(),
                        state.databases(),
                        routes(state.open().stream()),
                        routes(state.recent().stream())));
        return Effect().none();
    }

    private Effect<InstanceEvent, InstanceRecord> findTasks(InstanceRecord state, FindTasks question) {
        question.replyTo().tell(new TaskRoutes(Routes.newest(state, question)));
        return Effect().none();
    }

    /** Snapshots are no native tasks: nobody is to be asked about them as such. */
    private static List<TaskRoute> routes(Stream<Registration> registrations) {
        return registrations
                .filter(known -> !known.snapshot())
                .map(Registration::route)
                .toList();
    }

    @Override
    public EventHandler<InstanceRecord, InstanceEvent> eventHandler() {
        return InstanceRecord::apply;
    }

    @Override
    public SignalHandler<InstanceRecord> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), state -> {
                    turns.begin(clock.instant());
                    context.getSelf().tell(new ProbeAll());
                })
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), settings.snapshotsKept());
    }

    /** Records {@code first} and whatever slots can be given afterwards, and tells those who got one. */
    private EffectBuilder<InstanceEvent, InstanceRecord> grant(InstanceRecord state, List<InstanceEvent> first) {
        InstanceRecord after = state;
        for (InstanceEvent event : first) {
            after = after.apply(event);
        }
        Instant now = clock.instant();
        List<SlotGranted> granted = turns.due(after, settings.runningSlots(), now).stream()
                .map(task -> new SlotGranted(task, now))
                .toList();
        List<InstanceEvent> events = new ArrayList<>(first);
        events.addAll(granted);
        return Effect()
                .persist(events)
                .thenRun(next -> granted.forEach(grant -> {
                    turns.granted(grant.task());
                    next.find(grant.task()).ifPresent(this::tellGranted);
                }));
    }

    private void tellGranted(Registration registration) {
        peers.database(registration.database()).tell(new DatabaseCommand.SlotGranted(registration.task()));
    }

    private void wake(DatabaseRef database, InstanceView view) {
        peers.database(database).tell(new DatabaseCommand.Wake(view));
    }

    private ConfigurationReply unknown() {
        return new ConfigurationReply(List.of(), Optional.of(BackupError.INSTANCE_UNKNOWN.problem(name)));
    }
}
