package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Rewound;
import io.bakstripe.worker.journal.StripeEvent.UploadCreated;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stripes in Encryption-Only mode (row L15): one stream of AES-CBC over all parts, whatever happens while they are made. */
class EncryptedStripeTest {
    private static final ActorTestKit KIT = ActorTestKit.create("encrypted", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    @BeforeEach
    void encrypt() {
        fixture.encrypted().data("base/1", 9 << 20).data("base/2", 11 << 20);
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

    @Test
    void theObjectIsOneStreamThatItsMetadataOpen() {
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(fixture.objects.metadata(fixture.file(1)))
                .containsEntry("x-amz-cek-alg", "AES/CBC/PKCS5Padding")
                .containsEntry("x-amz-wrap-alg", "kms")
                .containsKeys("x-amz-key-v2", "x-amz-iv", "x-amz-matdesc")
                .doesNotContainKey("x-amz-unencrypted-content-length");
        assertThat(fixture.objects.bytes(fixture.file(1)).orElseThrow()).hasSize(fixture.object().length + 16);
        fixture.expectEverythingInTheFile();
        assertThat(fixture.keys.generated).hasValue(1);
        assertThat(fixture.keys.opened)
                .as("the key is held until all parts are made")
                .hasValue(0);
    }

    @Test
    void partsLieAsTheyAreSealed() {
        fixture.prepared();

        List<PartStored> parts = fixture.recorded(JOURNAL, PartStored.class);
        assertThat(parts).hasSizeGreaterThan(3).allSatisfy(part -> {
            assertThat(part.sealed().orElseThrow().bytes()).isEqualTo(part.storedBytes());
            assertThat(part.sealed().orElseThrow().crc32c()).isNotEqualTo(part.crc32c());
        });
        assertThat(fixture.recorded(JOURNAL, UploadCreated.class).get(0).seal()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aLostPartIsMadeAgainWithAllThatFollow(int number) {
        fixture.store.beforeNextListing(upload -> fixture.store.hide(number));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        fixture.expectEverythingInTheFile();
        assertThat(fixture.recorded(JOURNAL, Rewound.class))
                .extracting(Rewound::number)
                .containsExactly(number);
        assertThat(fixture.recorded(JOURNAL, PartReplaced.class)).isEmpty();
    }

    @Test
    void aPartThatIsAnotherOneNowIsFollowedByOthersToo() {
        fixture.store.beforeNextListing(upload -> {
            storeOver(upload, 1);
            fixture.database.file("base/1", 1 << 20);
        });
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(fixture.recorded(JOURNAL, Rewound.class))
                .extracting(Rewound::number)
                .containsExactly(1);
        assertThat(fixture.restored().get("base/2")).isEqualTo(fixture.database.files.get("base/2"));
    }

    @Test
    void aClosingPartIsMadeAgainAndThenTheTrailer() {
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        int data = fixture.recorded(JOURNAL, PartStored.class).size();
        fixture.store.beforeNextListing(upload -> fixture.store.hide(data + 1));

        fixture.drive(() -> worker);

        fixture.expectEverythingInTheFile();
        assertThat(fixture.recorded(JOURNAL, Rewound.class))
                .extracting(Rewound::number)
                .containsExactly(data + 1);
    }

    @Test
    void aWorkerThatTakesOverOpensTheRecordedKey() {
        ActorRef<StripeMessage> first = fixture.worker(1);
        first.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(first);
        ActorRef<StripeMessage> second = fixture.worker(1);

        fixture.drive(() -> second);

        fixture.expectEverythingInTheFile();
        assertThat(fixture.keys.generated).hasValue(1);
        assertThat(fixture.keys.opened).hasValue(1);
    }

    @Test
    void withoutAKeyNothingIsBegun() {
        fixture.keys.refusing = BackupError.KEY_DISABLED;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));

        StripeReport failed = fixture.await(StripeState.FAILED);

        assertThat(failed.problem().orElseThrow().error()).isEqualTo(BackupError.KEY_DISABLED);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }

    @Test
    void aKeyThatIsTakenAwayFailsWhoeverGoesOn() {
        ActorRef<StripeMessage> first = fixture.worker(1);
        first.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(first);
        fixture.keys.refusing = BackupError.KEY_DISABLED;
        ActorRef<StripeMessage> second = fixture.worker(1);
        second.tell(fixture.tick(CLOSE));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.KEY_DISABLED);
    }

    private void storeOver(Upload upload, int number) {
        byte[] foreign = new byte[6 << 20];
        foreign[0] = (byte) number;
        CRC32C crc = new CRC32C();
        crc.update(foreign);
        fixture.objects.uploadPart(upload, number, List.of(ByteBuffer.wrap(foreign)), (int) crc.getValue());
    }
}
