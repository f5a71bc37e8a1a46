package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.JournalOperation;
import akka.persistence.testkit.ProcessingPolicy;
import akka.persistence.testkit.ProcessingResult;
import akka.persistence.testkit.ProcessingSuccess;
import akka.persistence.testkit.StorageFailure;
import akka.persistence.testkit.WriteEvents;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Workers that are stopped at every record of a stripe's life go on behind the last recorded part. */
class StripeResumeTest {
    /** What a life of this test records: intention, upload, parts, drained, closing part, trailer, prepared, end. */
    private static final int RECORDS = 11;

    private static final List<Optional<EncryptionMode>> MODES = List.of(
            Optional.empty(), Optional.of(EncryptionMode.ENCRYPTION_ONLY), Optional.of(EncryptionMode.AUTHENTICATED));

    private static final ActorTestKit KIT = ActorTestKit.create("resume", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    /** What happens at a record. */
    enum Stop {
        /** It fails. */
        JOURNAL_FAILS,
        /** The node stops the worker as soon as it is recorded. */
        STOPPED,
        /** The worker is passivated as soon as it is recorded. */
        PASSIVATED
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void leavesNothingHeld() {
        JOURNAL.resetPolicy();
        fixture.expectNothingHeld();
    }

    static Stream<Arguments> everyRecord() {
        return Stream.of(Stop.values())
                .flatMap(stop -> IntStream.rangeClosed(1, RECORDS)
                        .boxed()
                        .flatMap(record -> MODES.stream().map(mode -> arguments(stop, record, mode))));
    }

    /** Does something at the n-th record of this stripe, once. */
    private final class AtRecord implements ProcessingPolicy<JournalOperation> {
        private final String id = "stripe|" + fixture.stripe(1).entityId();
        private final int record;
        private final Supplier<ProcessingResult> act;
        private final AtomicInteger seen = new AtomicInteger();

        AtRecord(int record, Supplier<ProcessingResult> act) {
            this.record = record;
            this.act = act;
        }

        @Override
        public ProcessingResult tryProcess(String persistenceId, JournalOperation operation) {
            boolean ours = persistenceId.equals(id) && operation instanceof WriteEvents;
            return ours && seen.incrementAndGet() == record ? act.get() : ProcessingSuccess.getInstance();
        }
    }

    @ParameterizedTest
    @MethodSource("everyRecord")
    void publishesTheSameFileWhateverRecordItIsStoppedAt(Stop stop, int record, Optional<EncryptionMode> mode) {
        mode.ifPresent(fixture::encrypted);
        fixture.data("base/1", 9 << 20).data("base/2", 0).data("base/3", 11 << 20);
        AtomicReference<ActorRef<StripeMessage>> worker = new AtomicReference<>(fixture.worker(1));
        AtomicReference<ActorRef<StripeMessage>> stopped = new AtomicReference<>();
        AtRecord policy = new AtRecord(record, () -> {
            if (stop == Stop.JOURNAL_FAILS) {
                return StorageFailure.create();
            }
            requireNonNull(worker.get())
                    .tell(stop == Stop.STOPPED ? StripeWorker.Stop.INSTANCE : StripeWorker.Idle.INSTANCE);
            stopped.set(worker.get());
            return ProcessingSuccess.getInstance();
        });
        JOURNAL.withPolicy(policy);

        StripeReport published = fixture.drive(() -> {
            ActorRef<StripeMessage> old = stopped.getAndSet(null);
            if (old != null) {
                if (stop == Stop.PASSIVATED) {
                    fixture.shard.expectMessageClass(ClusterSharding.Passivate.class);
                    old.tell(StripeWorker.Stop.INSTANCE);
                }
                fixture.shard.expectTerminated(old);
                worker.set(fixture.worker(1));
            }
            return requireNonNull(worker.get());
        });

        assertThat(policy.seen.get()).isGreaterThanOrEqualTo(RECORDS);
        Map<String, byte[]> restored = fixture.restored();
        assertThat(restored.get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
        assertThat(restored.get("base/2")).isEmpty();
        assertThat(restored.get("base/3")).isEqualTo(fixture.database.files.get("base/3"));
        assertThat(restored)
                .containsOnlyKeys(
                        "pg_wal", "base/1", "base/2", "base/3", "backup_label", "pg_wal/1", "global/pg_control");
        assertThat(restored.get("pg_wal/1")).hasSize(3 << 20);
        assertThat(published.bytesDone()).isEqualTo(fixture.dataBytes());
        List<Position> resumedAt = positionsWhereDataWentOn();
        // Readings of the data begin where the record says, and nowhere else.
        List<String> begun = fixture.sources.begun.stream()
                .filter(extent -> extent.kind() == ExtentKind.FILE)
                .map(extent -> extent.path() + "@" + extent.offset())
                .toList();
        assertThat(begun).isSubsetOf(resumedAt.stream().map(this::firstReadAt).toList());
        boolean whileStreaming = record > 3 && record <= 6;
        if (whileStreaming) {
            assertThat(published.resumed()).isPositive();
        }
        // An upload whose id was lost is the one leftover that a crash may leave, and it is empty.
        assertThat(fixture.objects.openUploads()).hasSizeLessThanOrEqualTo(record <= 2 ? 1 : 0);
        fixture.objects
                .openUploads()
                .forEach(upload -> assertThat(fixture.objects
                                .listParts(upload)
                                .toCompletableFuture()
                                .join()
                                .orElseThrow())
                        .isEmpty());
    }

    /** The beginning, and where each resumption of the data plan found its record. */
    private List<Position> positionsWhereDataWentOn() {
        List<Position> positions = new ArrayList<>(List.of(Position.start(PlanKind.DATA)));
        io.bakstripe.worker.stripe.StripeState state = io.bakstripe.worker.stripe.StripeState.initial();
        for (StripeEvent event : fixture.journal(JOURNAL)) {
            if (event instanceof StripeEvent.Resumed && state.phase() == StripePhase.STREAMING) {
                positions.add(state.position());
            }
            state = state.after(event);
        }
        return positions;
    }

    private String firstReadAt(Position position) {
        for (int i = (int) position.extent(); i < fixture.data.size(); i++) {
            Extent extent = fixture.data.get(i);
            if (extent.read()) {
                return extent.path() + "@" + (i == position.extent() ? position.offset() : 0);
            }
        }
        return "nothing";
    }

    @Test
    void readsALogSegmentFromItsBeginningAgainAndKeepsWhatIsStored() {
        fixture.data("base/1", 6 << 20);
        fixture.closing = List.of(
                Extent.log("pg_wal/1", 16 << 20), Extent.log("pg_wal/2", 1 << 20), Extent.control("control", 8192));
        fixture.compression = false;
        AtomicReference<ActorRef<StripeMessage>> worker = new AtomicReference<>(fixture.worker(1));
        AtomicReference<ActorRef<StripeMessage>> stopped = new AtomicReference<>();
        JOURNAL.withPolicy(new AtRecord(6, () -> {
            requireNonNull(worker.get()).tell(StripeWorker.Stop.INSTANCE);
            stopped.set(worker.get());
            return ProcessingSuccess.getInstance();
        }));

        StripeReport published = fixture.drive(() -> {
            ActorRef<StripeMessage> old = stopped.getAndSet(null);
            if (old != null) {
                fixture.shard.expectTerminated(old);
                worker.set(fixture.worker(1));
            }
            return requireNonNull(worker.get());
        });

        assertThat(published.resumed()).isEqualTo(1);
        List<Extent> logs = fixture.sources.begun.stream()
                .filter(extent -> extent.kind() == ExtentKind.LOG)
                .toList();
        assertThat(logs).hasSize(2).allMatch(log -> log.offset() == 0 && log.length() == 16 << 20);
        assertThat(fixture.restored().get("pg_wal/1")).hasSize(16 << 20);
        assertThat(fixture.restored().get("pg_wal/2")).hasSize(1 << 20);
    }

    @Test
    void goesOnOverANewConnectionWhenItsOwnBreaks() {
        fixture.data("base/1", 30 << 20);
        fixture.sources.breaks.set(2);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(fixture.restored().get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
    }

    @Test
    void failsWhenEveryConnectionBreaks() {
        fixture.data("base/1", 30 << 20);
        fixture.sources.breaks.set(Integer.MAX_VALUE);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        await().atMost(java.time.Duration.ofSeconds(60)).until(() -> {
            worker.tell(fixture.tick(STREAM));
            StripeReport report = fixture.last.get();
            return report != null && report.state() == StripeState.FAILED;
        });
        assertThat(requireNonNull(fixture.last.get()).problem().orElseThrow().error())
                .isEqualTo(BackupError.DATABASE_UNREACHABLE);
    }
}
