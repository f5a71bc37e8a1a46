package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams that fail or are cut, and their abort. */
class StripeFailureTest {
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
    void abortsAStreamThatARestartCut() {
        fixture.data("base/1", 40 << 20);
        fixture.database.hangReads = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.STREAMING);
        fixture.restart(worker);
        fixture.database.hangReads = false;

        ActorRef<StripeMessage> again = fixture.worker(1);
        again.tell(fixture.tick(ABORT));

        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }

    @Test
    void cannotCloseWhatIsNotRecordedAsDrained() {
        fixture.data("base/1", 40 << 20);
        fixture.database.hangReads = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.STREAMING);
        fixture.restart(worker);

        ActorRef<StripeMessage> again = fixture.worker(1);
        again.tell(fixture.tick(CLOSE));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.STOPPED_BY_NODE);
        assertThat(fixture.sources.begun).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void abortsAStreamInFullFlightUntilTheStoreHasForgottenIt() {
        fixture.data("base/1", 60 << 20);
        fixture.store.abortsToIgnore.set(2);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.STREAMING);

        worker.tell(fixture.tick(ABORT));
        await().untilAsserted(
                        () -> assertThat(fixture.store.abortsToIgnore.get()).isEqualTo(1));
        assertThat(fixture.objects.openUploads()).hasSize(1);
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            worker.tell(fixture.tick(ABORT));
            assertThat(fixture.objects.openUploads()).isEmpty();
        });

        fixture.await(StripeState.ABORTED);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }

    @Test
    void recordsNoAbortWhileARequestOfItsOwnIsOnItsWay() {
        fixture.data("base/1", 20 << 20);
        fixture.store.hangParts = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(3));

        worker.tell(fixture.tick(ABORT));

        await().untilAsserted(() -> assertThat(fixture.objects.openUploads()).isEmpty());
        worker.tell(fixture.tick(ABORT));
        assertThat(fixture.await(StripeState.STREAMING).state()).isEqualTo(StripeState.STREAMING);
        assertThat(fixture.journal(JOURNAL)).noneMatch(StripeEvent.Aborted.class::isInstance);
        fixture.store.failHungParts();
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            worker.tell(fixture.tick(ABORT));
            assertThat(fixture.journal(JOURNAL)).anyMatch(StripeEvent.Aborted.class::isInstance);
        });
    }

    @Test
    void answersAnAbortAtOnceWhenThereIsNothingAndRefusesALateStart() {
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(ABORT));
        fixture.await(StripeState.ABORTED);
        worker.tell(fixture.tick(STREAM));

        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.journal(JOURNAL).stream()
                        .map(event -> event.getClass().getSimpleName()))
                .containsExactly("Aborted", "Closed");
    }

    @Test
    void failsWithTheStoresTextAndThenAborts() {
        fixture.data("base/1", 30 << 20);
        fixture.store.refusePart = 3;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));

        StripeReport failed = fixture.await(StripeState.FAILED);
        assertThat(failed.problem().orElseThrow().error()).isEqualTo(BackupError.STORE_FAILED);
        assertThat(failed.problem().orElseThrow().detail()).contains("refused by the test");
        worker.tell(fixture.tick(STREAM));
        assertThat(fixture.await(StripeState.FAILED).problem()).isEqualTo(failed.problem());
        worker.tell(fixture.tick(ABORT));

        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }

    @Test
    void failsWhenTheUploadCannotBeBegun() {
        fixture.objects.fail(Call.CREATE, BackupError.ACCESS_DENIED.problem("not yours"));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.ACCESS_DENIED);
        worker.tell(fixture.tick(ABORT));
        fixture.await(StripeState.ABORTED);
    }

    @Test
    void failsWhenTheReaderFailsAndThenAborts() {
        fixture.data("base/1", 30 << 20);
        fixture.database.refuseRead = BackupError.ENGINE_FAILED.problem("shop", "out of cheese");
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));

        StripeReport failed = fixture.await(StripeState.FAILED);
        assertThat(failed.problem().orElseThrow().detail()).contains("out of cheese");
        worker.tell(fixture.tick(ABORT));

        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }

    @Test
    void failsWhenTheStoreListsOtherPartsThanItStored() {
        fixture.data("base/1", 12 << 20);
        fixture.store.loseFromListing = 2;
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.STORE_FAILED);
    }

    @Test
    void breaksTheStreamOffWhenItCannotRecord() {
        fixture.data("base/1", 60 << 20);
        fixture.store.partDelayMillis = 60;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.STREAMING);
        JOURNAL.failNextPersisted("stripe|" + fixture.stripe(1).entityId());

        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(0));
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
        assertThat(fixture.journal(JOURNAL)).noneMatch(StripeEvent.DataDrained.class::isInstance);
        worker.tell(fixture.tick(STREAM));

        fixture.await(StripeState.DRAINED);
    }
}
