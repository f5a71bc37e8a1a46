package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectBuilder;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsForgotten;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.message.DatabaseCommand.ClearPartial;
import io.bakstripe.protocol.message.DatabaseCommand.DeleteSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.Drop;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.NotRegistered;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.PruneSnapshots;
import io.bakstripe.protocol.message.DatabaseCommand.Question;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.Submit;
import io.bakstripe.protocol.message.DatabaseCommand.SwapBack;
import io.bakstripe.protocol.message.DatabaseCommand.TakeDailySnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TakeSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TidyNoted;
import io.bakstripe.protocol.message.DatabaseCommand.Wake;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The coordinator of one database.
 *
 * <p>Responsibility: checks calls against the rules of sequence and drives the database's tasks, one at a time; it does no I/O itself.
 * Lifecycle: sharded by {@link DatabaseRef}; stops when it has had nothing to do for a while, and is woken by the next call or by its instance.
 * What survives a restart: {@link DatabaseRecord}; what the workers reported last does not, and comes back by the next tick. An accepted
 * submission means that the task is recorded and will reach a final lifecycle.
 */
public final class DatabaseCoordinator extends EventSourcedBehavior<DatabaseMessage, DatabaseEvent, DatabaseRecord> {
    private record Tick() implements DatabaseMessage, NoSerializationVerificationNeeded {}

    /** Something was recorded: look again at what is due. */
    private record Continue(boolean phaseChanged) implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;
    private final InstantSource clock;
    private final Optional<ActorRef<ClusterSharding.ShardCommand>> shard;
    private final Steps steps;
    private final Orders orders;
    private final Preflights preflights;
    private final Admission admission;
    private final Answers answers;
    private final Tidying tidying;
    private final Dropping dropping;
    private final Swapping swapping;
    private final SnapshotCalls snapshots;
    private final SnapshotRemovals removals;
    private Live live;
    private Instant lastActive;

    private DatabaseCoordinator(
            ActorContext<DatabaseMessage> context,
            TimerScheduler<DatabaseMessage> timers,
            DatabaseRef database,
            DatabaseSettings settings,
            Peers peers,
            InstantSource clock,
            Supplier<UUID> ids,
            Optional<ActorRef<ClusterSharding.ShardCommand>> shard) {
        super(
                persistenceId(database),
                SupervisorStrategy.restartWithBackoff(settings.minBackoff(), settings.maxBackoff(), 0.2));
        this.context = context;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
        this.clock = clock;
        this.shard = shard;
        this.snapshots = new SnapshotCalls(database, peers, new Snapshotting(settings.snapshots(), ids));
        this.removals = new SnapshotRemovals(context, database, settings.snapshots(), peers);
        this.steps = new Steps(settings, ids);
        this.orders = new Orders(database);
        this.preflights = new Preflights(context, database, settings, peers);
        this.swapping = new Swapping(context, database, settings, peers);
        this.dropping = new Dropping(context, database, settings, peers);
        this.admission =
                new Admission(context, timers, database, settings, peers, clock, ids, preflights, dropping::underWay);
        this.answers = new Answers(database, peers, admission);
        this.tidying = new Tidying(database);
        this.live = Live.fresh(clock.instant());
        this.lastActive = clock.instant();
        timers.startTimerWithFixedDelay(new Tick(), settings.tick());
    }

    /**
     * The behaviour of one database's coordinator.
     *
     * @param shard told when the coordinator has nothing to do; absent where nothing passivates it
     */
    public static Behavior<DatabaseCommand> create(
            DatabaseRef database,
            DatabaseSettings settings,
            Peers peers,
            InstantSource clock,
            Supplier<UUID> ids,
            Optional<ActorRef<ClusterSharding.ShardCommand>> shard) {
        return Behaviors.<DatabaseMessage>setup(context -> Behaviors.withTimers(timers ->
                        new DatabaseCoordinator(context, timers, database, settings, peers, clock, ids, shard)))
                .narrow();
    }

    static PersistenceId persistenceId(DatabaseRef database) {
        return PersistenceId.ofUniqueId("database|" + database.entityId());
    }

    @Override
    public DatabaseRecord emptyState() {
        return DatabaseRecord.empty();
    }

    @Override
    public CommandHandler<DatabaseMessage, DatabaseEvent, DatabaseRecord> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Submit.class, (state, call) -> called(() -> admission.submit(state, live, call)))
                .onCommand(Preflights.SubmissionChecked.class, (state, it) -> none(() -> admission.checked(state, it)))
                .onCommand(Preflights.FilesPassed.class, (state, it) -> none(() -> preflights.passed(it)))
                .onCommand(Admission.RegisterAgain.class, (state, it) -> none(() -> admission.again(it)))
                .onCommand(Registered.class, this::registered)
                .onCommand(NotRegistered.class, (state, it) -> none(() -> admission.notRegistered(state, live, it)))
                // Being there is all that is asked for: the tick does the rest.
                .onCommand(Wake.class, (state, wake) -> none())
                .onCommand(Tick.class, (state, tick) -> tick(state))
                .onCommand(Continue.class, this::proceedAfter)
                .onCommand(SlotGranted.class, this::slotGranted)
                .onCommand(Preflights.StartChecked.class, (state, it) -> checked(state, Reports.taken(live, it)))
                .onCommand(SessionOpened.class, this::reported)
                .onCommand(StripeReport.class, this::stripeReported)
                .onCommand(EngineStopped.class, this::reported)
                .onCommand(
                        Preflights.TargetsChecked.class, (state, it) -> checked(state, Reports.taken(state, live, it)))
                .onCommand(SessionEnded.class, this::reported)
                .onCommand(SessionFailed.class, this::reported)
                .onCommand(RestoreReport.class, this::reported)
                .onCommand(Cancel.class, this::cancel)
                .onCommand(Drop.class, (state, call) -> called(() -> dropping.drop(state, call)))
                .onCommand(ClearPartial.class, (state, call) -> called(() -> dropping.clear(state, call)))
                .onCommand(Dropping.HostDone.class, (state, it) -> decided(state, dropping.done(state, it, now())))
                .onCommand(SlotReleased.class, this::confirmed)
                .onCommand(TidyNoted.class, this::confirmed)
                .onCommand(SwapBack.class, this::swapBack)
                .onCommand(Swapping.HostDone.class, (state, it) -> decided(state, swapping.done(state, it, now())))
                .onCommand(TakeSnapshot.class, (state, it) -> decided(state, snapshots.take(state, it, now())))
                .onCommand(
                        TakeDailySnapshot.class, (state, it) -> decided(state, snapshots.takeDaily(state, it, now())))
                .onCommand(DeleteSnapshot.class, (state, it) -> decided(state, removals.delete(state, it, now())))
                .onCommand(PruneSnapshots.class, (state, round) -> decided(state, removals.round(state, now())))
                .onCommand(
                        SnapshotRemovals.FilesRemoved.class,
                        (state, it) -> decided(state, removals.done(state, it, now())))
                .onCommand(Probe.class, this::answer)
                .onCommand(Question.class, this::answerCaller)
                .onCommand(DescribeTasks.class, this::answer)
                .build();
    }

    @Override
    public EventHandler<DatabaseRecord, DatabaseEvent> eventHandler() {
        return DatabaseRecord::apply;
    }

    @Override
    public SignalHandler<DatabaseRecord> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), state -> recovered())
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), settings.snapshotsKept());
    }

    @Override
    public Set<String> tagsFor(DatabaseEvent event) {
        return HistoryTags.of(event, database, settings.historySlices());
    }

    private void recovered() {
        // After a failure to persist this object lives on: what it remembers of questions under way is void.
        live = Live.fresh(now());
        admission.forget();
        tidying.forget();
        dropping.forget();
        swapping.forget();
        snapshots.forget();
        removals.forget();
        lastActive = now();
        context.getSelf().tell(new Continue(true));
    }

    private Effect<DatabaseEvent, DatabaseRecord> registered(DatabaseRecord state, Registered answer) {
        Optional<SnapshotCreated> snapshot = Snapshotting.registered(state, answer, now());
        if (snapshot.isPresent()) {
            return record(state, List.of(snapshot.get())).thenRun(next -> snapshots.created(next, clock.instant()));
        }
        return admission
                .registered(state, answer)
                .<Effect<DatabaseEvent, DatabaseRecord>>map(created -> Effect()
                        .persist(created.event())
                        .thenRun(next -> {
                            admission.accept(next, live, created);
                            context.getSelf().tell(new Continue(true));
                        }))
                .orElseGet(this::none);
    }

    private Effect<DatabaseEvent, DatabaseRecord> tick(DatabaseRecord state) {
        if (!state.idle() || admission.busy() || dropping.underWay()) {
            lastActive = now();
        } else if (!now().isBefore(lastActive.plus(settings.idle()))) {
            shard.ifPresent(ref -> ref.tell(new ClusterSharding.Passivate<>(context.getSelf())));
        }
        give(state);
        return proceed(state, true);
    }

    private Effect<DatabaseEvent, DatabaseRecord> proceedAfter(DatabaseRecord state, Continue recorded) {
        if (recorded.phaseChanged()) {
            give(state);
        }
        return proceed(state, true);
    }

    private Effect<DatabaseEvent, DatabaseRecord> slotGranted(DatabaseRecord state, SlotGranted granted) {
        if (state.unfinished(granted.task()).isEmpty()) {
            answers.notUnfinished(state, granted.task());
            return none();
        }
        if (state.running().isEmpty() && live.slot().isEmpty()) {
            live = live.slot(granted.task());
        }
        return proceed(state, true);
    }

    private Effect<DatabaseEvent, DatabaseRecord> cancel(DatabaseRecord state, Cancel call) {
        lastActive = now();
        CancelRules.Decision decision = CancelRules.decide(state, call, now());
        if (decision.reply().isPresent()) {
            call.replyTo().tell(decision.reply().get());
            return none();
        }
        return record(state, decision.events())
                .thenRun(next -> admission
                        .shown(next, live, call.task())
                        .ifPresent(task -> call.replyTo().tell(new CancelReply.Accepted(task.row()))));
    }

    private Effect<DatabaseEvent, DatabaseRecord> swapBack(DatabaseRecord state, SwapBack call) {
        lastActive = now();
        return decided(state, Decided.of(swapping.begin(state, call, dropping.underWay(), now())));
    }

    private Effect<DatabaseEvent, DatabaseRecord> checked(DatabaseRecord state, Live next) {
        live = next;
        return proceed(state, false);
    }

    private Effect<DatabaseEvent, DatabaseRecord> stripeReported(DatabaseRecord state, StripeReport report) {
        Optional<UploadsForgotten> gone = tidying.reported(state, report, now());
        return gone.isPresent() ? record(state, List.of(gone.get())) : reported(state, report);
    }

    private Effect<DatabaseEvent, DatabaseRecord> reported(DatabaseRecord state, DatabaseCommand report) {
        Optional<Live> taken = Reports.taken(state, live, report);
        if (taken.isEmpty()) {
            return none();
        }
        List<Order> before = orders.ofHead(state, live);
        live = taken.get();
        if (!orders.ofHead(state, live).equals(before)) {
            give(state);
        }
        return proceed(state, true);
    }

    private Effect<DatabaseEvent, DatabaseRecord> confirmed(DatabaseRecord state, DatabaseCommand said) {
        return decided(state, Decided.of(Confirmations.of(state, said, now())));
    }

    private Effect<DatabaseEvent, DatabaseRecord> answerCaller(DatabaseRecord state, DatabaseCommand question) {
        return called(() -> answers.answer(state, live, question));
    }

    private Effect<DatabaseEvent, DatabaseRecord> answer(DatabaseRecord state, DatabaseCommand question) {
        return none(() -> answers.answer(state, live, question));
    }

    /** Records what is due, or asks pre-flight where that is what everything waits for. */
    private Effect<DatabaseEvent, DatabaseRecord> proceed(DatabaseRecord state, boolean mayAsk) {
        List<DatabaseEvent> due = steps.due(state, live, now());
        if (!due.isEmpty()) {
            return record(state, due);
        }
        if (mayAsk) {
            live = preflights.askIfDue(state, live);
        }
        return none();
    }

    private Effect<DatabaseEvent, DatabaseRecord> decided(DatabaseRecord state, Decided decided) {
        return decided.events().isEmpty()
                ? none()
                : record(state, decided.events()).thenRun(decided.then()::accept);
    }

    private EffectBuilder<DatabaseEvent, DatabaseRecord> record(DatabaseRecord state, List<DatabaseEvent> events) {
        Optional<TaskId> head = Steps.head(state, live).map(TaskState::id);
        return Effect().persist(events).thenRun(next -> {
            boolean phaseChanged = false;
            for (DatabaseEvent event : events) {
                live = live.after(event, head);
                phaseChanged |= !(event instanceof DatabaseEvent.ProgressReported);
            }
            context.getSelf().tell(new Continue(phaseChanged));
        });
    }

    private void give(DatabaseRecord state) {
        orders.due(state, live, tidying).forEach(order -> order.give(peers, database));
        swapping.askIfDue(state);
        removals.askIfDue(state);
    }

    /** A call that changes nothing that is recorded now. */
    private Effect<DatabaseEvent, DatabaseRecord> called(Runnable answer) {
        lastActive = now();
        return none(answer);
    }

    private Effect<DatabaseEvent, DatabaseRecord> none(Runnable done) {
        done.run();
        return none();
    }

    private Instant now() {
        return clock.instant();
    }

    private Effect<DatabaseEvent, DatabaseRecord> none() {
        return Effect().none();
    }
}
