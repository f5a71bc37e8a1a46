package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Rewound;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.AuthenticatedParts;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stripes in the authenticated mode: each part sealed by itself. */
class AuthenticatedStripeTest {
    private static final ActorTestKit KIT = ActorTestKit.create("authenticated", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();
    private static final KeyArn OTHER =
            KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/99999999-12ab-34cd-56ef-1234567890ab");

    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    @BeforeEach
    void encrypt() {
        fixture.encrypted(EncryptionMode.AUTHENTICATED).data("base/1", 9 << 20).data("base/2", 11 << 20);
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

    private KeyObject keys() {
        return KeyObject.read(
                fixture.keyObject(),
                ByteBuffer.wrap(fixture.objects.bytes(fixture.keyObject()).orElseThrow()));
    }

    private Preamble preamble() {
        return Preamble.read(
                fixture.file(1),
                ByteBuffer.wrap(fixture.objects.bytes(fixture.file(1)).orElseThrow()));
    }

    @Test
    void theFileOpensWithTheKeysBesideIt() {
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        fixture.expectEverythingInTheFile();
        Preamble preamble = preamble();
        assertThat(fixture.objects.metadata(fixture.file(1)))
                .containsEntry("bakstripe-encryption", "authenticated")
                .containsEntry(
                        "bakstripe-data-key",
                        preamble.cipher().orElseThrow().dataKeyId().toString());
        assertThat(fixture.objects.metadata(fixture.file(1)).keySet()).noneMatch(name -> name.startsWith("x-amz"));
        assertThat(preamble.mode()).isEqualTo(Mode.AUTHENTICATED);
        assertThat(keys().files()).hasSize(1);
        Entry entry = keys().files().get(0);
        assertThat(entry.dataKeyId()).isEqualTo(preamble.cipher().orElseThrow().dataKeyId());
        assertThat(entry.keys())
                .singleElement()
                .satisfies(key -> assertThat(key.context())
                        .isEqualTo(EncryptionContext.authenticated(StripeFixture.SET, 1, entry.dataKeyId())));
        assertThat(fixture.keys.generated).hasValue(1);
        assertThat(fixture.keys.opened)
                .as("the key is held until all parts are made")
                .hasValue(0);
    }

    @Test
    void whatReadsFilesSeesItAsIfNothingWereSealed() {
        ActorRef<StripeMessage> worker = fixture.worker(1);
        fixture.drive(() -> worker);
        try (OpenedFiles files =
                new OpenedFiles(fixture.objects, fixture.keys, new KeyChoice.AsTheFileSays(), Runnable::run)) {
            StoredObject file =
                    files.head(fixture.file(1)).toCompletableFuture().join().orElseThrow();

            ByteBuffer read =
                    files.read(file, 0, (int) file.size()).toCompletableFuture().join();

            assertThat(read.equals(ByteBuffer.wrap(fixture.object()))).isTrue();
        }
    }

    @Test
    void partsAreRecordedPlainAndSealed() {
        fixture.prepared();

        assertThat(fixture.recorded(JOURNAL, PartStored.class))
                .hasSizeGreaterThan(3)
                .allSatisfy(part -> {
                    long sealed = part.number() == 1
                            ? 64 + AuthenticatedParts.sealedBytes(part.storedBytes() - 64)
                            : AuthenticatedParts.sealedBytes(part.storedBytes());
                    assertThat(part.sealed().orElseThrow().bytes()).isEqualTo(sealed);
                    assertThat(part.sealed().orElseThrow().carry()).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aLostPartIsMadeAgainAlone(int number) {
        fixture.store.beforeNextListing(upload -> fixture.store.hide(number));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        fixture.expectEverythingInTheFile();
        assertThat(fixture.recorded(JOURNAL, PartReplaced.class))
                .extracting(PartReplaced::number)
                .containsExactly(number);
        assertThat(fixture.recorded(JOURNAL, Rewound.class)).isEmpty();
    }

    @Test
    void aPartOfAnotherLengthMovesThoseBehindIt() {
        fixture.store.beforeNextListing(upload -> {
            storeOver(upload, 1);
            fixture.database.file("base/1", 1 << 20);
        });
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(fixture.recorded(JOURNAL, PartReplaced.class))
                .extracting(PartReplaced::number)
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
        assertThat(fixture.recorded(JOURNAL, PartReplaced.class))
                .extracting(PartReplaced::number)
                .containsExactly(data + 1);
    }

    @Test
    void everyKeyThatWasNamedOpensTheFile() {
        fixture.encrypted(EncryptionMode.AUTHENTICATED, LocalKeys.KEY, OTHER);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(keys().files().get(0).keys()).hasSize(2).allSatisfy(key -> {
            assertThat(fixture.keys.unwrap(key).toCompletableFuture().join()).isNotNull();
        });
        assertThat(keys().files().get(0).keys()).extracting(key -> key.key()).containsExactly(LocalKeys.KEY, OTHER);
        assertThat(fixture.keys.generated).hasValue(1);
    }

    @Test
    void whoTakesOverGoesOnWithAnyKeyThatOpens() {
        fixture.encrypted(EncryptionMode.AUTHENTICATED, OTHER, LocalKeys.KEY);
        ActorRef<StripeMessage> first = fixture.worker(1);
        first.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(first);
        fixture.keys.denied = OTHER;
        ActorRef<StripeMessage> second = fixture.worker(1);

        fixture.drive(() -> second);

        assertThat(fixture.keys.generated).hasValue(1);
        assertThat(fixture.keys.opened).hasValue(1);
        fixture.keys.denied = null;
        fixture.expectEverythingInTheFile();
    }

    @Test
    void whoTakesOverFailsWhereNoKeyOpens() {
        ActorRef<StripeMessage> first = fixture.worker(1);
        first.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(first);
        fixture.keys.denied = LocalKeys.KEY;
        ActorRef<StripeMessage> second = fixture.worker(1);
        second.tell(fixture.tick(CLOSE));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.KEY_NOT_USABLE);
    }

    @Test
    void whatIsSentHoldsNothingOfTheDatabase() {
        byte[] marker = "THE QUICK BROWN FOX".getBytes(StandardCharsets.US_ASCII);
        fixture.compression = false;
        fixture.data("base/4", 6 << 20);
        System.arraycopy(marker, 0, fixture.database.files.get("base/4"), 3 << 20, marker.length);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        fixture.drive(() -> worker);

        assertThat(holds(fixture.object(), marker)).isTrue();
        assertThat(holds(fixture.objects.bytes(fixture.file(1)).orElseThrow(), marker))
                .isFalse();
    }

    static boolean holds(byte[] bytes, byte[] marker) {
        for (int at = 0; at + marker.length <= bytes.length; at++) {
            int same = 0;
            while (same < marker.length && bytes[at + same] == marker[same]) {
                same++;
            }
            if (same == marker.length) {
                return true;
            }
        }
        return false;
    }

    private void storeOver(Upload upload, int number) {
        byte[] foreign = new byte[6 << 20];
        foreign[0] = (byte) number;
        CRC32C crc = new CRC32C();
        crc.update(foreign);
        fixture.objects.uploadPart(upload, number, List.of(ByteBuffer.wrap(foreign)), (int) crc.getValue());
    }
}
