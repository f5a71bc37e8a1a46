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
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

final class RestoreWorkerTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(PersistenceTestKitPlugin.getInstance().config().withFallback(ConfigFactory.load()));
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final long BUDGET = 16 << 20;
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final HostName HOST = new HostName("local");

    @TempDir
    Path temp;

    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final SampleSet set = new SampleSet();
    private final ByteBudget budget = new ByteBudget(BUDGET);
    private final TestProbe<HostCommand> host = KIT.createTestProbe(HostCommand.class);
    private final TestProbe<RestoreReport> reports = KIT.createTestProbe(RestoreReport.class);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T12:00:00Z"));
    private AttemptRef attempt = new AttemptRef(new InstanceName("shop"), new TaskId(1), 1);
    private Duration hostAnswer = Duration.ofSeconds(10);

    @BeforeEach
    void oneAttemptPerTest(TestInfo test) {
        int number = Math.abs(test.getDisplayName().hashCode() % 1_000_000) + 1;
        attempt = new AttemptRef(new InstanceName("shop"), new TaskId(number), 1);
        set.into(store);
    }

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void appliesThenOpens() throws IOException {
        ActorRef<RestoreCommand> worker = spawn();

        worker.tell(ensure(1, RestoreGoal.APPLY));
        assertThat(reports.receiveMessage(LONG).state()).isEqualTo(RestoreState.STARTING);
        Path target = prepare();
        RestoreReport applied = awaitState(RestoreState.APPLIED);

        assertThat(applied.setId()).contains(set.setId);
        assertThat(applied.epoch()).isEqualTo(1);
        assertThat(applied.files()).hasSize(2).allSatisfy(file -> {
            assertThat(file.bytesDone()).isEqualTo(file.bytesTotal()).isPositive();
        });
        for (var file : set.files.entrySet()) {
            assertThat(target.resolve(file.getKey())).hasBinaryContent(file.getValue());
        }

        worker.tell(ensure(1, RestoreGoal.OPEN));
        HostCommand.Open open = host.expectMessageClass(HostCommand.Open.class, LONG);
        assertThat(open.dbname()).isEqualTo("postgres");
        assertThat(open.attempt()).isEqualTo(attempt);
        awaitState(RestoreState.OPENING);
        open.replyTo()
                .tell(new HostReply.Connected(
                        new ServerConnection("h", 1, "u", "p", "postgres", "jdbc:x"), Optional.empty()));
        awaitState(RestoreState.OPENED);

        List<Object> events = JOURNAL.persistedInStorage(persistenceId());
        assertThat(events.get(0)).isInstanceOf(SetFound.class);
        assertThat(events).filteredOn(PartApplied.class::isInstance).hasSizeGreaterThan(10);
        assertThat(events.get(events.size() - 2)).isEqualTo(new FilesApplied());
        assertThat(events.get(events.size() - 1)).isEqualTo(new ServerOpened());
    }

    @Test
    void reportsEveryFivePercentWithoutGoingBack() {
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        prepare();

        long before = 0;
        int applying = 0;
        RestoreReport report = reports.receiveMessage(LONG);
        while (report.state() != RestoreState.APPLIED) {
            assertThat(done(report)).isGreaterThanOrEqualTo(before);
            before = done(report);
            applying += report.state() == RestoreState.APPLYING ? 1 : 0;
            report = reports.receiveMessage(LONG);
        }

        assertThat(applying).isBetween(15, 25);
    }

    @Test
    void discardsAndRefusesEverythingAfterwards() {
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        prepare();
        awaitState(RestoreState.APPLIED);

        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));
        awaitState(RestoreState.DISCARDED);

        worker.tell(ensure(1, RestoreGoal.APPLY));
        awaitState(RestoreState.DISCARDED);
        host.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void discardsWhatItNeverSaw() {
        ActorRef<RestoreCommand> worker = spawn();

        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));

        awaitState(RestoreState.DISCARDED);
    }

    @Test
    void stopsWritingBeforeItAsksToDiscard() {
        CompletableFuture<Void> gate = store.holdReadsFrom(1);
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        prepare();
        awaitState(RestoreState.APPLYING);

        worker.tell(ensure(1, RestoreGoal.DISCARD));
        HostCommand.Discard discard = host.expectMessageClass(HostCommand.Discard.class, LONG);
        gate.complete(null);
        discard.replyTo().tell(new HostReply.Discarded(false));

        awaitState(RestoreState.DISCARDED);
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));
        assertThat(JOURNAL.persistedInStorage(persistenceId())).endsWith(new AttemptDiscarded(false));
    }

    @Test
    void beginsAgainFromAnEmptyDirectoryAfterAStopInTheMiddle() {
        CompletableFuture<Void> gate = store.holdReadsFrom(500_000);
        ActorRef<RestoreCommand> first = spawn();
        first.tell(ensure(1, RestoreGoal.APPLY));
        prepare();
        await().atMost(LONG)
                .until(() -> JOURNAL.persistedInStorage(persistenceId()).stream()
                                .filter(PartApplied.class::isInstance)
                                .count()
                        >= 2);
        KIT.stop(first);
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));

        ActorRef<RestoreCommand> second = spawn();
        second.tell(ensure(2, RestoreGoal.APPLY));
        RestoreReport resumed = awaitEpoch(2);
        assertThat(resumed.state()).isEqualTo(RestoreState.APPLYING);
        assertThat(done(resumed)).isPositive();
        Path target = prepare();
        gate.complete(null);
        RestoreReport applied = awaitState(RestoreState.APPLIED);

        assertThat(applied.epoch()).isEqualTo(2);
        set.files.forEach((path, bytes) -> assertThat(target.resolve(path)).hasBinaryContent(bytes));
    }

    @Test
    void beginsAgainWhenTheJournalRefusedAnEvent() {
        JOURNAL.failNextPersisted(persistenceId());
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        prepare();
        await().atMost(LONG).untilAsserted(() -> {
            worker.tell(ensure(1, RestoreGoal.APPLY));
            HostCommand again = host.receiveMessage(Duration.ofMillis(500));
            assertThat(again).isInstanceOf(HostCommand.Prepare.class);
            answer((HostCommand.Prepare) again);
        });

        awaitState(RestoreState.APPLIED);
    }

    @Test
    void failsForGoodOnADamagedFile() {
        byte[] bytes = store.bytes(SampleSet.arn(SampleSet.key(1))).orElseThrow();
        bytes[bytes.length / 2] ^= 1;
        store.put(SampleSet.arn(SampleSet.key(1)), bytes, Map.of());
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(1, RestoreGoal.APPLY));
        prepare();

        RestoreReport failed = awaitState(RestoreState.FAILED);
        assertThat(failed.problem().map(Problem::error)).contains(BackupError.FILE_DAMAGED);

        worker.tell(ensure(1, RestoreGoal.APPLY));
        assertThat(awaitState(RestoreState.FAILED).problem()).isEqualTo(failed.problem());
        host.expectNoMessage(Duration.ofMillis(200));
        worker.tell(ensure(1, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));
        awaitState(RestoreState.DISCARDED);
    }

    @Test
    void refusesASetOfAnotherEngineOrTypeBeforeItAsksForADirectory() {
        set.engine = "sqlserver";
        set.into(store);
        spawn().tell(ensure(1, RestoreGoal.APPLY));
        assertThat(awaitState(RestoreState.FAILED).problem().map(Problem::error))
                .contains(BackupError.ENGINE_MISMATCH);

        set.engine = "postgresql";
        set.type = BackupType.DIFFERENTIAL;
        set.into(store);
        attempt = new AttemptRef(attempt.instance(), attempt.task(), 2);
        spawn().tell(ensure(1, RestoreGoal.APPLY));
        assertThat(awaitState(RestoreState.FAILED).problem().map(Problem::error))
                .contains(BackupError.WRONG_SET_KIND);
        host.expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    void failsAsTheHostFails() {
        spawn().tell(ensure(1, RestoreGoal.APPLY));
        host.expectMessageClass(HostCommand.Prepare.class, LONG)
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("local", "x", "disk full")));

        assertThat(awaitState(RestoreState.FAILED).problem().map(Problem::detail))
                .contains("host 'local' failed to write x: disk full");
    }

    @Test
    void asksASilentHostAgainAndGivesUpInTheEnd() {
        hostAnswer = Duration.ofMillis(100);
        spawn().tell(ensure(1, RestoreGoal.APPLY));

        host.expectMessageClass(HostCommand.Prepare.class, LONG);
        host.expectMessageClass(HostCommand.Prepare.class, LONG);
        now.updateAndGet(instant -> instant.plusSeconds(120));

        assertThat(awaitState(RestoreState.FAILED).problem().map(Problem::error))
                .contains(BackupError.HOST_UNAVAILABLE);
    }

    @Test
    void ignoresATickOfAnOldEpoch() {
        ActorRef<RestoreCommand> worker = spawn();
        worker.tell(ensure(5, RestoreGoal.DISCARD));
        host.expectMessageClass(HostCommand.Discard.class, LONG).replyTo().tell(new HostReply.Discarded(false));
        assertThat(awaitState(RestoreState.DISCARDED).epoch()).isEqualTo(5);

        worker.tell(ensure(4, RestoreGoal.APPLY));

        reports.expectNoMessage(Duration.ofMillis(200));
    }

    private String persistenceId() {
        return "restore-worker|" + attempt.entityId();
    }

    private ActorRef<RestoreCommand> spawn() {
        RestoreSettings defaults = StoreSetFinderTest.SETTINGS;
        RestoreSettings settings = new RestoreSettings(
                64 << 10,
                2,
                defaults.openFiles(),
                2,
                2,
                100_000,
                3,
                defaults.listLimit(),
                hostAnswer,
                Duration.ofSeconds(60));
        RestoreDependencies dependencies = new RestoreDependencies(
                asked -> new StoreSetFinder(asked, settings),
                Stores.only(store),
                budget,
                settings,
                () -> Objects.requireNonNull(now.get()),
                name -> host.getRef(),
                (database, report) -> reports.getRef().tell(report),
                "node-1");
        return KIT.spawn(RestoreWorker.create(attempt.entityId(), dependencies));
    }

    private Ensure ensure(long epoch, RestoreGoal goal) {
        InstanceDefinition definition = new InstanceDefinition(
                new InstanceName("shop"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.of(HOST),
                List.of());
        DatabaseName display = new DatabaseName("Copy");
        return new Ensure(
                epoch,
                new RestoreSpec(
                        attempt,
                        DatabaseRef.of(definition.name(), display),
                        display,
                        new InstanceView(definition, true),
                        HOST,
                        SampleSet.arn("orders-*")),
                goal);
    }

    /** Answers the worker's question for a directory. */
    private Path prepare() {
        return answer(host.expectMessageClass(HostCommand.Prepare.class, LONG));
    }

    private Path answer(HostCommand.Prepare prepare) {
        try {
            Path directory = Files.createTempDirectory(temp, "target");
            prepare.replyTo().tell(new HostReply.Prepared(directory.toString(), List.of("17", "18")));
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

    private RestoreReport awaitEpoch(long epoch) {
        RestoreReport report = reports.receiveMessage(LONG);
        while (report.epoch() != epoch) {
            report = reports.receiveMessage(LONG);
        }
        return report;
    }

    private static long done(RestoreReport report) {
        return report.files().stream().mapToLong(RestoredStripe::bytesDone).sum();
    }
}
