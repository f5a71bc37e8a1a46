package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.ProcessingSuccess;
import akka.persistence.testkit.StorageFailure;
import akka.persistence.testkit.WriteEvents;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts that the store lost, or that somebody stored over ours, are found by the comparisons and made again. */
class StripeMendingTest {
    private static final ActorTestKit KIT = ActorTestKit.create("mending", StripeFixture.config());
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
        JOURNAL.resetPolicy();
        fixture.expectNothingHeld();
    }

    /** Another part under that number, as a late request of a frozen worker stores it. */
    private void storeOver(Upload upload, int number) {
        byte[] foreign = new byte[6 << 20];
        foreign[0] = (byte) number;
        CRC32C crc = new CRC32C();
        crc.update(foreign);
        fixture.objects.uploadPart(upload, number, List.of(ByteBuffer.wrap(foreign)), (int) crc.getValue());
    }

    private List<Integer> replaced() {
        return fixture.journal(JOURNAL).stream()
                .filter(PartReplaced.class::isInstance)
                .map(event -> ((PartReplaced) event).number())
                .toList();
    }

    private void expectEverythingInTheFile() {
        assertThat(fixture.restored().get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
        assertThat(fixture.restored().get("base/2")).isEqualTo(fixture.database.files.get("base/2"));
        assertThat(fixture.restored().get("pg_wal/1")).hasSize(3 << 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void makesALostPartOfTheDataAgain(int number) {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.store.beforeNextListing(upload -> fixture.store.hide(number));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        expectEverythingInTheFile();
        assertThat(replaced()).containsExactly(number);
        long again = fixture.sources.asked.stream()
                .filter(extent -> extent.kind() == ExtentKind.FILE)
                .mapToLong(Extent::length)
                .sum();
        // Once all of it, and once more what is in the part.
        assertThat(again).isBetween(20L << 20, 27L << 20);
    }

    @Test
    void makesPartsAgainThatALateRequestReplaced() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.store.beforeNextListing(upload -> {
            storeOver(upload, 1);
            storeOver(upload, 3);
        });
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        expectEverythingInTheFile();
        assertThat(replaced()).containsExactly(1, 3);
    }

    @Test
    void mendsAPartWhoseFileHasShrunkSince() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.store.beforeNextListing(upload -> {
            storeOver(upload, 1);
            fixture.database.file("base/1", 1 << 20);
        });
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(replaced()).containsExactly(1);
        assertThat(fixture.restored().get("base/2")).isEqualTo(fixture.database.files.get("base/2"));
    }

    @Test
    void ignoresPartsThatItNeverStored() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.store.beforeNextListing(upload -> storeOver(upload, 77));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        expectEverythingInTheFile();
        assertThat(replaced()).isEmpty();
    }

    @Test
    void makesAClosingPartAgainAndThenTheTrailer() {
        fixture.data("base/1", 6 << 20).data("base/2", 100);
        ActorRef<StripeMessage> worker = drained();
        int closing = dataParts() + 1;
        fixture.store.beforeNextListing(upload -> storeOver(upload, closing));
        fixture.sources.asked.clear();

        fixture.drive(() -> worker);

        expectEverythingInTheFile();
        assertThat(replaced()).containsExactly(closing);
        assertThat(fixture.store.uploaded.subList(dataParts(), fixture.store.uploaded.size()))
                .containsExactly(closing, closing + 1, closing, closing + 1);
        assertThat(fixture.sources.asked).noneMatch(extent -> extent.kind() == ExtentKind.FILE);
    }

    @Test
    void makesALostTrailerAgain() {
        fixture.data("base/1", 6 << 20).data("base/2", 100);
        ActorRef<StripeMessage> worker = drained();
        int trailer = dataParts() + 2;
        fixture.store.beforeNextListing(upload -> fixture.store.hide(trailer));

        fixture.drive(() -> worker);

        expectEverythingInTheFile();
        assertThat(replaced()).isEmpty();
        assertThat(fixture.store.uploaded.subList(dataParts(), fixture.store.uploaded.size()))
                .containsExactly(trailer - 1, trailer, trailer);
    }

    @Test
    void mendsAgainWhatItCouldNotRecord() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        byte[] later = new byte[9 << 20];
        new Random(1).nextBytes(later);
        fixture.store.beforeNextListing(upload -> {
            storeOver(upload, 1);
            fixture.database.files.put("base/1", later);
        });
        AtomicInteger failures = new AtomicInteger();
        JOURNAL.withPolicy((id, operation) -> operation instanceof WriteEvents write
                        && write.batch().head() instanceof PartReplaced
                        && failures.getAndIncrement() == 0
                ? StorageFailure.create()
                : ProcessingSuccess.getInstance());
        ActorRef<StripeMessage> worker = fixture.worker(1);

        StripeReport published = fixture.drive(() -> worker);

        assertThat(failures).hasValue(2);
        assertThat(published.resumed()).isEqualTo(1);
        assertThat(replaced()).containsExactly(1);
        byte[] restored = fixture.restored().get("base/1");
        assertThat(restored).hasSize(9 << 20);
        assertThat(Arrays.copyOf(restored, 5 << 20)).isEqualTo(Arrays.copyOf(later, 5 << 20));
    }

    @Test
    void readsNoDataAfterTheStopAndFailsTheAttemptInstead() {
        fixture.data("base/1", 9 << 20).data("base/2", 100);
        ActorRef<StripeMessage> worker = drained();
        fixture.store.beforeNextListing(upload -> storeOver(upload, 2));
        fixture.sources.asked.clear();

        worker.tell(fixture.tick(CLOSE));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow())
                .matches(problem -> problem.error() == BackupError.PART_LOST && problem.transientFailure());
        assertThat(fixture.sources.asked).noneMatch(extent -> extent.kind() == ExtentKind.FILE);
    }

    @Test
    void givesAStoreUpThatLosesAPartAgainAndAgain() {
        fixture.data("base/1", 9 << 20).data("base/2", 100);
        fixture.store.loseFromListing = 2;
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.STORE_FAILED);
        assertThat(replaced()).hasSize(Mending.MAX_ROUNDS);
    }

    @Test
    void failsTheAttemptWhenTheStoreDoesNotKnowTheUpload() {
        fixture.data("base/1", 9 << 20).data("base/2", 100);
        fixture.store.beforeNextListing(fixture.objects::abort);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow())
                .matches(problem -> problem.error() == BackupError.UPLOAD_LOST && problem.transientFailure());
    }

    @Test
    void publishesWhatItHasPreparedWithTheRecordOfTheMendedPart() {
        fixture.data("base/1", 9 << 20).data("base/2", 100);
        fixture.store.beforeNextListing(upload -> storeOver(upload, 2));
        fixture.restart(fixture.prepared());
        ActorRef<StripeMessage> again = fixture.worker(1);

        again.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        expectEverythingInTheFile();
    }

    private ActorRef<StripeMessage> drained() {
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        return worker;
    }

    private int dataParts() {
        List<StripeEvent> journal = fixture.journal(JOURNAL);
        int drained = journal.indexOf(journal.stream()
                .filter(StripeEvent.DataDrained.class::isInstance)
                .findFirst()
                .orElseThrow());
        return (int) journal.subList(0, drained).stream()
                .filter(StripeEvent.PartStored.class::isInstance)
                .count();
    }
}
