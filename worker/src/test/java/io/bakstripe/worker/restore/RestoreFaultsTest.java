package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.Ensure;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore worker that is killed, and sets that change under its hands. */
final class RestoreFaultsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(PersistenceTestKitPlugin.getInstance().config().withFallback(ConfigFactory.load()));
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final HostReply.Kept KEPT =
            new HostReply.Kept(new RolledTo(new Lsn(7), Optional.of(Instant.EPOCH), false));
    private static final HostName HOST = new HostName("local");

    @TempDir
    Path temp;

    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final SampleSet set = new SampleSet();
    private final TestProbe<HostCommand> host = KIT.createTestProbe(HostCommand.class);
    private final TestProbe<RestoreReport> reports = KIT.createTestProbe(RestoreReport.class);
    private final InstanceName instance =
            new InstanceName("f" + UUID.randomUUID().toString().substring(0, 8));
    private AttemptRef attempt = new AttemptRef(instance, new TaskId(1), 1);

    @BeforeEach
    void putSet() {
        set.into(store);
    }

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void reachesTheSameEndAfterAKillBehindEveryRecord() {
        List<Object> whole = run(List.of());
        assertThat(whole).hasSizeGreaterThan(12).endsWith(new FilesApplied(), new ServerOpened());

        for (int recorded = 1; recorded < whole.size(); recorded++) {
            attempt = new AttemptRef(instance, new TaskId(1 + recorded), 1);
            List<Object> again = run(whole.subList(0, recorded));
            assertThat(again).endsWith(new FilesApplied(), new ServerOpened());
        }
    }

    /** Runs an attempt to its end on top of these records; everything that is recorded then. */
    private List<Object> run(List<Object> before) {
        JOURNAL.persistForRecovery(persistenceId(), before);
        long done = before.stream()
                .filter(PartApplied.class::isInstance)
                .mapToLong(event -> ((PartApplied) event).doneBytes())
                .max()
                .orElse(0);
        ActorRef<RestoreCommand> worker = spawn();
        if (!before.contains(new FilesApplied())) {
            worker.tell(ensure(1, RestoreGoal.APPLY));
            Path target = answer(host.expectMessageClass(HostCommand.Prepare.class, LONG));
            RestoreReport report = reports.receiveMessage(LONG);
            while (report.state() != RestoreState.APPLIED) {
                assertThat(done(report)).isGreaterThanOrEqualTo(done);
                done = done(report);
                report = reports.receiveMessage(LONG);
            }
            set.files.forEach((path, bytes) -> assertThat(target.resolve(path)).hasBinaryContent(bytes));
        }
        worker.tell(ensure(1, RestoreGoal.OPEN));
        host.expectMessageClass(HostCommand.Open.class, LONG)
                .replyTo()
                .tell(new HostReply.Connected(
                        new ServerConnection("h", 1, "u", "p", "postgres", "jdbc:x"), Optional.empty()));
        awaitState(RestoreState.OPENED);
        KIT.stop(worker);
        return new ArrayList<>(JOURNAL.persistedInStorage(persistenceId()));
    }

    @Test
    void writesNothingOfASetWhoseVersionTheHostLacks() {
        spawn().tell(ensure(1, RestoreGoal.APPLY));

        Path target = answer(host.expectMessageClass(HostCommand.Prepare.class, LONG), List.of("15"));

        Problem problem = awaitState(RestoreState.FAILED).problem().orElseThrow();
        assertThat(problem.error()).isEqualTo(BackupError.ENGINE_MISMATCH);
        assertThat(problem.hint()).contains("bakstripe.worker.host.binaries");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void failsAndIsDiscardedWhenTheSetIsOverwrittenWhileItIsRead() {
        CompletableFuture<Void> gate = store.holdReadsFrom(400_000);
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        answer(host.expectMessageClass(HostCommand.Prepare.class, LONG));
        await().atMost(LONG)
                .until(() ->
                        JOURNAL.persistedInStorage(persistenceId()).stream().anyMatch(PartApplied.class::isInstance));

        set.into(store);
        // Reads that were held back are answered now, by an object of another etag.
        gate.complete(null);

        List<String> keys = List.of(SampleSet.key(1), SampleSet.key(2));
        awaitFailure(BackupError.FILE_CHANGED, keys);
        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));
        awaitState(RestoreState.DISCARDED);
    }

    @Test
    void failsWhenASecondRunFindsAnotherSet() {
        List<Object> begun = run(List.of()).subList(0, 3);
        assertThat(begun.get(0)).isInstanceOf(SetFound.class);
        set.setId = new BackupSetId(UUID.fromString("00000000-0000-0000-0000-000000000001"));
        set.into(store);
        attempt = new AttemptRef(instance, new TaskId(2), 1);
        JOURNAL.persistForRecovery(persistenceId(), begun);

        spawn().tell(ensure(1, RestoreGoal.APPLY));

        awaitFailure(BackupError.FILE_CHANGED, List.of(SampleSet.key(1)));
        host.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void keepsItsFirstProblemWhileTheHostCannotDiscard() {
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        host.expectMessageClass(HostCommand.Prepare.class, LONG)
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("local", "x", "disk full")));
        awaitFailure(BackupError.HOST_IO, List.of("disk full"));

        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG)
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("local", "y", "busy")));
        await().atMost(LONG).untilAsserted(() -> {
            worker.tell(ensure(1, RestoreGoal.DISCARD));
            host.expectMessageClass(HostCommand.Discard.class, Duration.ofMillis(500))
                    .replyTo()
                    .tell(new HostReply.Discarded(false));
        });
        RestoreReport discarded = awaitState(RestoreState.DISCARDED);
        assertThat(discarded.problem().map(Problem::detail))
                .hasValueSatisfying(text -> assertThat(text).contains("disk full"));
    }

    @Test
    void visitsEveryRowOfItsTable() {
        Set<RestoreTransitions.Transition> visited = new HashSet<>();
        List<Object> whole = run(List.of());
        visit(visited);
        next();
        run(whole.subList(0, 3));
        visit(visited);
        for (List<Object> before :
                List.of(List.<Object>of(), whole.subList(0, 2), whole.subList(0, whole.size() - 1))) {
            next();
            JOURNAL.persistForRecovery(persistenceId(), before);
            ActorRef<RestoreCommand> failing = spawn();
            failing.tell(ensure(1, before.contains(new FilesApplied()) ? RestoreGoal.OPEN : RestoreGoal.APPLY));
            HostCommand question = host.receiveMessage(LONG);
            HostReply refusal = new HostReply.Failed(BackupError.HOST_IO.problem("local", "x", "disk full"));
            if (question instanceof HostCommand.Open open) {
                open.replyTo().tell(refusal);
            } else {
                ((HostCommand.Prepare) question).replyTo().tell(refusal);
            }
            awaitState(RestoreState.FAILED);
            discard(failing);
            visit(visited);

            next();
            JOURNAL.persistForRecovery(persistenceId(), before);
            discard(spawn());
            visit(visited);
        }

        visitSteps(whole.subList(0, whole.size() - 1), visited);

        assertThat(visited).containsExactlyInAnyOrderElementsOf(RestoreTransitions.ALL);
    }

    private void visitSteps(List<Object> applied, Set<RestoreTransitions.Transition> visited) {
        HostReply connected =
                new HostReply.Connected(new ServerConnection("h", 1, "u", "p", "postgres", "jdbc:x"), Optional.empty());

        next();
        spawn().tell(finish());
        host.expectMessageClass(HostCommand.Open.class, LONG).replyTo().tell(connected);
        awaitState(RestoreState.OPENED);
        visit(visited);

        next();
        JOURNAL.persistForRecovery(persistenceId(), applied);
        spawn().tell(ensure(1, RestoreGoal.STAND_BY));
        host.expectMessageClass(HostCommand.Keep.class, LONG).replyTo().tell(KEPT);
        host.expectMessageClass(HostCommand.StandBy.class, LONG).replyTo().tell(connected);
        assertThat(awaitState(RestoreState.KEPT).kept()).contains(KEPT.rolledTo());
        visit(visited);

        next();
        ActorRef<RestoreCommand> opening = kept(applied);
        opening.tell(ensure(1, RestoreGoal.OPEN));
        host.expectMessageClass(HostCommand.Open.class, LONG).replyTo().tell(connected);
        awaitState(RestoreState.OPENED);
        visit(visited);

        next();
        ActorRef<RestoreCommand> failing = kept(applied);
        failing.tell(ensure(1, RestoreGoal.OPEN));
        host.expectMessageClass(HostCommand.Open.class, LONG)
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("local", "x", "disk full")));
        assertThat(awaitState(RestoreState.FAILED).kept()).contains(KEPT.rolledTo());
        failing.tell(ensure(1, RestoreGoal.DISCARD));
        assertThat(awaitState(RestoreState.DISCARDED).kept()).contains(KEPT.rolledTo());
        host.expectNoMessage(Duration.ofMillis(200));
        visit(visited);
    }

    private ActorRef<RestoreCommand> kept(List<Object> applied) {
        JOURNAL.persistForRecovery(persistenceId(), applied);
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.KEEP));
        HostCommand.Keep keep = host.expectMessageClass(HostCommand.Keep.class, LONG);
        assertThat(keep.step().lastLsn()).isEqualTo(SampleStripe.stop(1, 1).lastLsn());
        keep.replyTo().tell(KEPT);
        awaitState(RestoreState.KEPT);
        return worker;
    }

    private Ensure finish() {
        RestoreSpec spec = ensure(1, RestoreGoal.OPEN).spec();
        RestoreStep step =
                new RestoreStep(RestoreStep.Kind.FINISH, Optional.empty(), Optional.empty(), Optional.of(new Lsn(1)));
        return new Ensure(
                1,
                new RestoreSpec(
                        spec.attempt(),
                        spec.database(),
                        spec.display(),
                        spec.view(),
                        spec.host(),
                        step,
                        Optional.empty()),
                RestoreGoal.OPEN);
    }

    private void next() {
        attempt = new AttemptRef(instance, new TaskId(attempt.task().value() + 1), 1);
    }

    private void discard(ActorRef<RestoreCommand> worker) {
        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));
        awaitState(RestoreState.DISCARDED);
    }

    /** Adds the rows that what this attempt recorded went through. */
    private void visit(Set<RestoreTransitions.Transition> visited) {
        RestoreFacts.Phase phase = RestoreFacts.Phase.FRESH;
        for (Object recorded : JOURNAL.persistedInStorage(persistenceId())) {
            RestoreEvent event = (RestoreEvent) recorded;
            RestoreFacts.Phase next = RestoreTransitions.next(phase, event);
            visited.add(new RestoreTransitions.Transition(phase, event.getClass(), next));
            phase = next;
        }
    }

    private void awaitFailure(BackupError error, List<String> named) {
        Problem problem = awaitState(RestoreState.FAILED).problem().orElseThrow();
        assertThat(problem.error()).isEqualTo(error);
        assertThat(named).anySatisfy(text -> assertThat(problem.detail()).contains(text));
    }

    private String persistenceId() {
        return "restore-worker|" + attempt.entityId();
    }

    private ActorRef<RestoreCommand> spawn() {
        RestoreSettings settings = new RestoreSettings(
                64 << 10, 2, 16, 2, 2, 100_000, 3, 100, Duration.ofSeconds(20), Duration.ofSeconds(60));
        RestoreDependencies dependencies = new RestoreDependencies(
                asked -> new StoreSetFinder(asked, settings),
                Stores.only(store),
                new ByteBudget(16 << 20),
                settings,
                InstantSource.system(),
                name -> host.getRef(),
                (database, report) -> reports.getRef().tell(report),
                "node-1");
        return KIT.spawn(RestoreWorker.create(attempt.entityId(), dependencies));
    }

    private Ensure ensure(long epoch, RestoreGoal goal) {
        InstanceDefinition definition = new InstanceDefinition(
                instance, 1, "postgresql", Edition.ENTERPRISE, "us-east-1", "UTC", false, Optional.of(HOST), List.of());
        DatabaseName display = new DatabaseName("Copy");
        RestoreSpec spec = new RestoreSpec(
                attempt,
                DatabaseRef.of(instance, display),
                display,
                new InstanceView(definition, true),
                HOST,
                SampleSet.arn("orders-*"));
        return new Ensure(epoch, spec, goal);
    }

    private Path answer(HostCommand.Prepare prepare) {
        return answer(prepare, List.of("17", "18"));
    }

    private Path answer(HostCommand.Prepare prepare, List<String> versions) {
        try {
            Path directory = Files.createTempDirectory(temp, "target");
            prepare.replyTo().tell(new HostReply.Prepared(directory.toString(), versions));
            return directory;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private RestoreReport awaitState(RestoreState state) {
        RestoreReport report = reports.receiveMessage(LONG);
        while (report.state() != state) {
            report = reports.receiveMessage(LONG);
        }
        return report;
    }

    private static long done(RestoreReport report) {
        return report.files().stream().mapToLong(RestoredStripe::bytesDone).sum();
    }
}
