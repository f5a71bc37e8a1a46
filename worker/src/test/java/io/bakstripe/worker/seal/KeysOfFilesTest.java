package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyDescription;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.RequestScope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which keys open a file of mode 2, and what is said where none does. */
class KeysOfFilesTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop.bak");
    private static final KeyArn SECOND =
            KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab");
    private static final KeyArn THIRD =
            KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/ffffffff-12ab-34cd-56ef-1234567890ab");

    private final LocalKeys keys = new LocalKeys();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");

    private SealedFile sealed(KeyArn... named) {
        return sealed(1, 1, named);
    }

    private SealedFile sealed(int family, int families, KeyArn... named) {
        byte[] plain = new SampleStripe(SealedFile.preamble(SampleStripe.SET, family, families), Codec.NONE)
                .chunk(List.of(new Piece(ExtentKind.FILE, "base/1", 0, new byte[100], Piece.State.WHOLE)))
                .finish(SampleStripe.stop(1, 100));
        return SealedFile.of(plain, keys, named);
    }

    private OpenedFiles files(KeyChoice choice) {
        return new OpenedFiles(store, keys, choice, Runnable::run);
    }

    private static KeyChoice named(KeyArn key) {
        return new KeyChoice.Named(Optional.of(key));
    }

    private static KeyChoice any() {
        return new KeyChoice.AsTheFileSays();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Problem failure(CompletionStage<?> stage) {
        return Problem.of(catchThrowable(() -> await(stage)));
    }

    private static byte[] bytes(ByteBuffer read) {
        byte[] bytes = new byte[read.remaining()];
        read.get(bytes);
        return bytes;
    }

    @Test
    void anyOneOfItsKeysOpensIt() {
        sealed(LocalKeys.KEY, SECOND).into(store, FILE);

        for (KeyChoice choice : List.of(named(LocalKeys.KEY), named(SECOND), any())) {
            assertThat(await(files(choice).head(FILE))).isPresent();
        }
    }

    @Test
    void aKeyThatIsNoneOfItsOwnIsAnsweredWithThoseThatAre() {
        sealed(LocalKeys.KEY, SECOND).into(store, FILE);

        Problem refusal = failure(files(named(THIRD)).head(FILE));

        assertThat(refusal.error()).isEqualTo(BackupError.KEY_NOT_OF_FILE);
        assertThat(refusal.detail()).contains(THIRD.toString(), FILE.toString());
        assertThat(refusal.hint()).contains(LocalKeys.KEY.toString(), SECOND.toString());
    }

    @Test
    void itNeedsAKey() {
        sealed(LocalKeys.KEY).into(store, FILE);

        assertThat(failure(files(new KeyChoice.Named(Optional.empty())).head(FILE))
                        .error())
                .isEqualTo(BackupError.FILE_ENCRYPTED);
    }

    @Test
    void keysThatAreRefusedAreStoodInForByOthers() {
        sealed(LocalKeys.KEY, SECOND, THIRD).into(store, FILE);
        Refusing service = new Refusing(keys);

        service.refused = Map.of(LocalKeys.KEY, BackupError.KEY_DENIED, SECOND, BackupError.KEY_DISABLED);
        assertThat(await(new OpenedFiles(store, service, any(), Runnable::run).head(FILE)))
                .isPresent();
        assertThat(failure(new OpenedFiles(store, service, named(SECOND), Runnable::run).head(FILE))
                        .error())
                .isEqualTo(BackupError.KEY_DISABLED);

        service.refused = Map.of(
                LocalKeys.KEY, BackupError.KEY_DENIED, SECOND, BackupError.KEY_DISABLED, THIRD, BackupError.KEY_WRONG);
        assertThat(failure(new OpenedFiles(store, service, any(), Runnable::run).head(FILE))
                        .error())
                .as("of several refusals the first")
                .isEqualTo(BackupError.KEY_DENIED);

        service.refused = Map.of(
                LocalKeys.KEY,
                BackupError.KEY_DENIED,
                SECOND,
                BackupError.KEY_SERVICE_UNREACHABLE,
                THIRD,
                BackupError.KEY_WRONG);
        assertThat(failure(new OpenedFiles(store, service, any(), Runnable::run).head(FILE))
                        .error())
                .as("unless trying again can help")
                .isEqualTo(BackupError.KEY_SERVICE_UNREACHABLE);
    }

    @Test
    void aMissingKeyObjectIsNamed() {
        sealed(LocalKeys.KEY).into(store, FILE);
        store.remove(KeyObject.of(FILE));

        Problem refusal = failure(files(any()).head(FILE));

        assertThat(refusal.error()).isEqualTo(BackupError.KEY_OBJECT_MISSING);
        assertThat(refusal.detail()).contains("shop.bak.keys");
    }

    @Test
    void aKeyObjectThatCannotBeReadIsRefused() {
        sealed(LocalKeys.KEY).into(store, FILE);

        Map<byte[], BackupError> objects = Map.of(
                new byte[0],
                BackupError.KEY_OBJECT_DAMAGED,
                new byte[KeyObject.MAX_BYTES + 1],
                BackupError.KEY_OBJECT_DAMAGED,
                new byte[] {'{'},
                BackupError.KEY_OBJECT_DAMAGED,
                "{\"format\":9}".getBytes(StandardCharsets.UTF_8),
                BackupError.KEY_OBJECT_NEWER);
        objects.forEach((bytes, error) -> {
            store.put(KeyObject.of(FILE), bytes, Map.of());
            assertThat(failure(files(any()).head(FILE)).error()).isEqualTo(error);
        });
    }

    @Test
    void anEntryOfAnotherFileOpensNothing() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        Entry own = file.entry();
        Entry other = sealed(2, 2, LocalKeys.KEY).entry();
        BackupSetId set = new BackupSetId(UUID.randomUUID());

        assertThat(opening(other)).isEqualTo(BackupError.KEY_OBJECT_FOREIGN);
        assertThat(opening(new Entry(own.dataKeyId(), set, 1, own.createdAt(), own.wrapped())))
                .isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        assertThat(opening(new Entry(own.dataKeyId(), own.setId(), 2, own.createdAt(), own.wrapped())))
                .isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        assertThat(opening(new Entry(own.dataKeyId(), own.setId(), 1, own.createdAt(), other.wrapped())))
                .as("wrapped for another file, and saying so")
                .isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        WrappedKey foreign = other.keys().get(0);
        WrappedKey disguised = new WrappedKey(foreign.key(), own.keys().get(0).context(), foreign.ciphertext());
        assertThat(opening(own.withKeys(List.of(disguised))))
                .as("wrapped for another file, and hiding it")
                .isEqualTo(BackupError.KEY_WRONG);
        assertThat(opening(own)).isNull();
    }

    @Test
    void keysOfFilesThatHadTheNameBeforeAndWillHaveItNextAreNoHindrance() {
        SealedFile old = sealed(LocalKeys.KEY);
        SealedFile current = sealed(LocalKeys.KEY);
        SealedFile next = sealed(LocalKeys.KEY);
        KeyObject all =
                KeyObject.empty().with(old.entry()).with(current.entry()).with(next.entry());

        for (SealedFile file : List.of(old, current, next)) {
            file.into(store, FILE);
            store.put(KeyObject.of(FILE), all.toBytes(), Map.of());
            OpenedFiles files = files(any());
            StoredObject object = await(files.head(FILE)).orElseThrow();
            assertThat(bytes(await(files.read(object, 0, (int) object.size())))).isEqualTo(file.plain());
        }
    }

    @Test
    void aKeyObjectThatIsReplacedWhileItIsReadIsReadAgain() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        List<String> replaced = new ArrayList<>();
        ObjectReader racing = new Racing(store, object -> {
            if (object.file().equals(KeyObject.of(FILE)) && replaced.size() < 2) {
                replaced.add("once more");
                store.put(object.file(), KeyObject.empty().with(file.entry()).toBytes(), Map.of());
            }
            return object;
        });

        assertThat(await(new OpenedFiles(racing, keys, any(), Runnable::run).head(FILE)))
                .isPresent();
        assertThat(replaced).hasSize(2);
    }

    @Test
    void theKeyIsWipedWhereTheFileDoesNotOpen() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        byte[] damaged = file.stored().clone();
        damaged[damaged.length - 100] ^= 1;
        store.put(FILE, damaged, Map.of());
        List<DataKey> handed = new ArrayList<>();
        Refusing service = new Refusing(keys);
        service.handed = handed;

        assertThat(failure(new OpenedFiles(store, service, any(), Runnable::run).head(FILE))
                        .error())
                .isEqualTo(BackupError.FILE_DAMAGED);
        assertThat(handed)
                .hasSize(1)
                .allSatisfy(key -> assertThat(catchThrowable(() -> key.use(bytes -> bytes)))
                        .isInstanceOf(IllegalStateException.class));
    }

    private @Nullable BackupError opening(Entry entry) {
        store.put(KeyObject.of(FILE), KeyObject.empty().with(entry).toBytes(), Map.of());
        CompletableFuture<?> opened = files(any()).head(FILE).toCompletableFuture();
        return opened.isCompletedExceptionally() ? failure(opened).error() : null;
    }

    /** Refuses some keys. */
    private static final class Refusing implements KeyService {
        private final KeyService real;
        private Map<KeyArn, BackupError> refused = Map.of();
        private List<DataKey> handed = new ArrayList<>();

        Refusing(KeyService real) {
            this.real = real;
        }

        @Override
        public CompletionStage<KeyDescription> describe(KeyArn key) {
            return real.describe(key);
        }

        @Override
        public CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context) {
            return real.generate(key, context);
        }

        @Override
        public CompletionStage<DataKey> unwrap(WrappedKey wrapped) {
            BackupError error = refused.get(wrapped.key());
            return error == null
                    ? real.unwrap(wrapped).whenComplete((key, failure) -> handed.add(key))
                    : CompletableFuture.failedFuture(
                            error.problem("a", "b", "c", "d").asException());
        }

        @Override
        public CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context) {
            return real.wrap(plain, key, context);
        }

        @Override
        public KeyService within(RequestScope scope) {
            return this;
        }
    }

    /** Does something between finding an object and reading it. */
    private record Racing(ObjectReader real, UnaryOperator<StoredObject> between) implements ObjectReader {
        @Override
        public ObjectReader within(RequestScope scope) {
            return this;
        }

        @Override
        public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
            return real.head(file).thenApply(found -> found.map(between));
        }

        @Override
        public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
            return real.list(bucket, prefix, limit);
        }

        @Override
        public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
            return real.read(object, offset, length);
        }
    }
}
