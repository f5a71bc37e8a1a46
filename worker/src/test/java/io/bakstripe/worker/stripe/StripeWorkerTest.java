package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stripe that goes well: what it stores, records and reports. */
class StripeWorkerTest {
    private static final ActorTestKit KIT = ActorTestKit.create("stripe", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void leavesNothingHeld() {
        fixture.expectNothingHeld();
    }

    @Test
    void makesAWholeObjectOutOfBothPlans() {
        fixture.data("base/1", 9 << 20).data("base/2", 0).data("base/3", 8 << 20);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));
        assertThat(fixture.await(StripeState.STARTING).bytesDone()).isZero();
        StripeReport drained = fixture.await(StripeState.DRAINED);
        assertThat(drained.bytesDone()).isEqualTo(17 << 20);
        assertThat(drained.storedBytes()).isGreaterThan(17 << 20);
        assertThat(drained.statements()).as("one for each page of the plan").isEqualTo(2);
        assertThat(drained.problem()).isEmpty();
        assertThat(fixture.objects.files()).isEmpty();

        worker.tell(fixture.tick(CLOSE));
        fixture.await(StripeState.PREPARED);
        assertThat(fixture.objects.files()).isEmpty();

        worker.tell(fixture.tick(PUBLISH));
        StripeReport published = fixture.await(StripeState.PUBLISHED);
        byte[] object = fixture.objects.bytes(fixture.file(1)).orElse(new byte[0]);
        assertThat(object).hasSize((int) published.storedBytes());
        byte[] preamble = FrameEncoder.preamble(Mode.PLAIN, StripeFixture.SET, 1, 1);
        assertThat(Arrays.copyOf(object, preamble.length)).isEqualTo(preamble);
        StripeTrailer trailer = StripeContent.trailer(fixture.file(1), object);
        assertThat(trailer.stop()).isEqualTo(StripeFixture.STOP);
        assertThat(trailer.parts()).hasSize((int) fixture.journal(JOURNAL).stream()
                .filter(PartStored.class::isInstance)
                .count());
        Map<String, byte[]> restored = fixture.restored();
        assertThat(restored.get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
        assertThat(restored.get("base/2")).isEmpty();
        assertThat(restored.get("base/3")).isEqualTo(fixture.database.files.get("base/3"));
        assertThat(restored)
                .containsOnlyKeys(
                        "pg_wal", "base/1", "base/2", "base/3", "backup_label", "pg_wal/1", "global/pg_control");
        assertThat(fixture.objects.metadata(fixture.file(1)))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "bakstripe-set-id", StripeFixture.SET.toString(),
                        "bakstripe-family", "1",
                        "bakstripe-families", "1",
                        "bakstripe-attempt", "1",
                        "bakstripe-format", "1"));
        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.store.mostPartsInFlight.get()).isLessThanOrEqualTo(StripeFixture.SETTINGS.partsInFlight());
    }

    @Test
    void recordsTheContiguousPrefixWithPositionsThatJoin() {
        fixture.data("base/1", 30 << 20);
        fixture.prepared();

        List<StripeEvent> journal = fixture.journal(JOURNAL);
        assertThat(journal.stream()
                        .map(event -> event.getClass().getSimpleName())
                        .distinct())
                .containsExactly(
                        "UploadIntended", "UploadCreated", "PartStored", "DataDrained", "TrailerStored", "Prepared");
        List<PartStored> parts = journal.stream()
                .filter(PartStored.class::isInstance)
                .map(PartStored.class::cast)
                .toList();
        assertThat(parts).hasSizeGreaterThan(6);
        Position at = Position.start(PlanKind.DATA);
        for (int i = 0; i < parts.size(); i++) {
            PartStored part = parts.get(i);
            boolean closingBegins = at.plan() == PlanKind.DATA && part.from().plan() == PlanKind.CLOSING;
            assertThat(part.number()).isEqualTo(i + 1);
            assertThat(part.from()).isEqualTo(closingBegins ? Position.start(PlanKind.CLOSING) : at);
            assertThat(part.storedBytes() % 16).isZero();
            assertThat(part.storedBytes()).isGreaterThanOrEqualTo(5 << 20);
            at = part.to();
        }
        assertThat(at).isEqualTo(new Position(PlanKind.CLOSING, 4, 0));
        assertThat(parts.stream().mapToLong(PartStored::plainBytes).sum())
                .isEqualTo((30 << 20)
                        + fixture.closing.stream().mapToLong(Extent::length).sum());
    }

    @Test
    void storesAStripeWithoutAnyDataToo() {
        fixture.data = new ArrayList<>();
        fixture.closing = List.of();
        ActorRef<StripeMessage> worker = fixture.prepared();

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        assertThat(fixture.journal(JOURNAL).stream().filter(PartStored.class::isInstance))
                .hasSize(1);
    }

    @Test
    void goesOnWhenFilesShrankOrVanished() {
        fixture.data("base/1", 4 << 20).data("base/2", 1000).data("base/3", 3 << 20);
        fixture.database.file("base/1", 1 << 19).files.remove("base/2");
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.DRAINED).bytesDone()).isEqualTo(fixture.dataBytes());
        PartStored last = (PartStored) fixture.journal(JOURNAL).get(2);
        assertThat(last.to()).isEqualTo(new Position(PlanKind.DATA, 4, 0));
        assertThat(last.plainBytes()).isEqualTo((1 << 19) + (3 << 20));
    }

    @Test
    void reportsEveryTickAndEveryFivePercent() {
        fixture.data("base/1", 120 << 20);
        fixture.objects.keepNoBytes();
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));
        List<Long> seen = new ArrayList<>();
        StripeReport report;
        do {
            report = (StripeReport) fixture.coordinator.receiveMessage(Duration.ofSeconds(60));
            seen.add(report.bytesDone());
        } while (report.state() != StripeState.DRAINED);

        assertThat(seen).isSorted().hasSizeGreaterThanOrEqualTo(20);
        worker.tell(fixture.tick(STREAM, 1, 1, 5));
        assertThat(fixture.await(StripeState.DRAINED).epoch()).isEqualTo(5);
        worker.tell(fixture.tick(STREAM, 1, 1, 4));
        fixture.coordinator.expectNoMessage(Duration.ofMillis(100));
    }
}
