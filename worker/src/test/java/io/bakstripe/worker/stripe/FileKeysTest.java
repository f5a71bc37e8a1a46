package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.AuthenticatedFile;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of files in the authenticated mode: they lie beside the file before it is there, whatever happens, and those of others stay. */
class FileKeysTest {
    private static final ActorTestKit KIT = ActorTestKit.create("file-keys", StripeFixture.config());
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

    @Test
    void theKeysAreThereBeforeTheFileIs() {
        ActorRef<StripeMessage> worker = fixture.prepared();

        assertThat(fixture.objects.bytes(fixture.file(1))).isEmpty();
        assertThat(keys().files()).hasSize(1);
        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PUBLISHED);
        fixture.expectEverythingInTheFile();
        assertThat(fixture.objects.calls(Call.PUT))
                .as("what is there is not written again")
                .isEqualTo(1);
    }

    @Test
    void keysThatWereRemovedInBetweenAreThereAgainBeforeTheFileIs() {
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.restart(worker);
        fixture.objects.remove(fixture.keyObject());
        fixture.keys.refusing = BackupError.KEY_DISABLED;
        ActorRef<StripeMessage> second = fixture.worker(1);

        second.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        fixture.keys.refusing = null;
        fixture.expectEverythingInTheFile();
    }

    @Test
    void anAnswerThatWasLostMakesNoDifference() {
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.objects.remove(fixture.keyObject());
        fixture.objects.loseAnswers(Call.PUT, BackupError.STORE_UNREACHABLE.problem("lost"));
        worker.tell(fixture.tick(PUBLISH));
        StripeReport unclear;
        do {
            unclear = fixture.await(StripeState.PREPARED);
        } while (unclear.problem().isEmpty());
        assertThat(fixture.objects.bytes(fixture.file(1))).isEmpty();

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        fixture.expectEverythingInTheFile();
        assertThat(keys().files()).hasSize(1);
    }

    @Test
    void withoutTheRightToStoreKeysNoFileIsPublished() {
        fixture.objects.fail(Call.PUT, BackupError.ACCESS_DENIED.problem("keys"));
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        worker.tell(fixture.tick(CLOSE));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(fixture.objects.files()).isEmpty();
    }

    @Test
    void keysThatWereWrappedAnewStayAsTheyAre() {
        ActorRef<StripeMessage> worker = fixture.prepared();
        Entry own = keys().files().get(0);
        Entry rewrapped = own.withKeys(List.of(fixture.keys
                .wrap(
                        fixture.keys
                                .unwrap(own.keys().get(0))
                                .toCompletableFuture()
                                .join(),
                        OTHER,
                        own.keys().get(0).context())
                .toCompletableFuture()
                .join()));
        fixture.objects.put(
                fixture.keyObject(), KeyObject.empty().with(rewrapped).toBytes(), Map.of());

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        assertThat(keys().files()).containsExactly(rewrapped);
    }

    @Test
    void aFileThatIsReplacedOpensUntilItIs() {
        ActorRef<StripeMessage> earlier = fixture.worker(1);
        fixture.drive(() -> earlier);
        byte[] oldFile = fixture.objects.bytes(fixture.file(1)).orElseThrow();
        byte[] oldContent = fixture.object();
        StripeFixture again = again();
        again.objects.put(fixture.file(1), oldFile, Map.of());
        again.objects.put(
                fixture.keyObject(), fixture.objects.bytes(fixture.keyObject()).orElseThrow(), Map.of());
        ActorRef<StripeMessage> worker = again.prepared();

        byte[] keysOfBoth = again.objects.bytes(again.keyObject()).orElseThrow();
        assertThat(again.objects.bytes(again.file(1)).orElseThrow()).isEqualTo(oldFile);
        assertThat(AuthenticatedFile.open(oldFile, keysOfBoth, fixture.keys)).isEqualTo(oldContent);
        worker.tell(again.tick(PUBLISH));
        again.await(StripeState.PUBLISHED);

        assertThat(again.objects.bytes(again.file(1)).orElseThrow()).isNotEqualTo(oldFile);
        assertThat(again.restored().get("base/3")).isEqualTo(again.database.files.get("base/3"));
        again.expectNothingHeld();
    }

    /** However many attempts since have never got as far. */
    @Test
    void entriesThatHaveToGoAreNotThatOfTheFileThatIsThere() {
        ActorRef<StripeMessage> earlier = fixture.worker(1);
        fixture.drive(() -> earlier);
        byte[] oldFile = fixture.objects.bytes(fixture.file(1)).orElseThrow();
        KeyObject keys = keys();
        while (keys.files().size() < KeyObject.MAX_FILES) {
            keys = keys.with(other());
        }
        StripeFixture again = again();
        again.objects.put(fixture.file(1), oldFile, Map.of());
        again.objects.put(fixture.keyObject(), keys.toBytes(), Map.of());

        again.prepared();

        byte[] after = again.objects.bytes(again.keyObject()).orElseThrow();
        assertThat(AuthenticatedFile.open(oldFile, after, fixture.keys)).isEqualTo(fixture.object());
        assertThat(KeyObject.read(again.keyObject(), ByteBuffer.wrap(after)).files())
                .hasSize(KeyObject.MAX_FILES);
        again.expectNothingHeld();
    }

    @Test
    void anAbortLeavesTheKeysOfOthers() {
        Entry other = other();
        fixture.objects.put(fixture.keyObject(), KeyObject.empty().with(other).toBytes(), Map.of());
        ActorRef<StripeMessage> worker = fixture.prepared();

        worker.tell(fixture.tick(ABORT));

        fixture.await(StripeState.ABORTED);
        assertThat(keys().files()).contains(other);
        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.objects.bytes(fixture.file(1))).isEmpty();
    }

    private Entry other() {
        return Entry.of(
                UUID.randomUUID(),
                new BackupSetId(UUID.randomUUID()),
                1,
                Instant.EPOCH,
                List.of(fixture.keys
                        .generate(LocalKeys.KEY, EncryptionContext.encryptionOnly(LocalKeys.KEY))
                        .toCompletableFuture()
                        .join()
                        .wrapped()));
    }

    private StripeFixture again() {
        StripeFixture again = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);
        again.overwrite = true;
        return again.encrypted(EncryptionMode.AUTHENTICATED).data("base/3", 9 << 20);
    }

    @Test
    void nothingIsBegunWhereKeysFindNoPlace() {
        byte[] foreign = "not what you think".getBytes(StandardCharsets.UTF_8);
        fixture.objects.put(fixture.keyObject(), foreign, Map.of());
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.objects.bytes(fixture.keyObject())).contains(foreign);
    }

    @Test
    void keysThatBecameUnreadableAreNeverOverwritten() {
        ActorRef<StripeMessage> worker = fixture.prepared();
        byte[] newer = "{\"format\":2}".getBytes(StandardCharsets.UTF_8);
        fixture.objects.put(fixture.keyObject(), newer, Map.of());

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.KEY_OBJECT_NEWER);
        assertThat(fixture.objects.bytes(fixture.keyObject())).contains(newer);
        assertThat(fixture.objects.bytes(fixture.file(1))).isEmpty();
    }

    @Test
    void noFileIsNamedAsKeysAre() {
        fixture.fileName = "shop.bak.keys";
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.FILE_NAMED_AS_KEYS);
        assertThat(fixture.objects.openUploads()).isEmpty();
    }
}
