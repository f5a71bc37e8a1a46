package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in Encryption-Only mode, as the Amazon S3 encryption client would have written them, read as they were before. */
class OpenedFilesTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop.bak");
    private static final S3Arn PLAIN = S3Arn.parse("arn:aws:s3:::bucket/plain.bak");

    private final Random random = new Random(11);
    private final LocalKeys keys = new LocalKeys();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");

    private byte[] put(int length) {
        byte[] plain = bytes(length);
        byte[] iv = bytes(CipherBlock.BYTES);
        NewDataKey key = await(keys.generate(LocalKeys.KEY, EncryptionContext.encryptionOnly(LocalKeys.KEY)));
        Envelope envelope = Envelope.of(key.wrapped(), CipherBlock.of(iv));
        store.put(FILE, encrypted(key.plain(), iv, plain), envelope.toMetadata());
        return plain;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] encrypted(DataKey key, byte[] iv, byte[] plain) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            SecretKeySpec aes = key.use(bytes -> new SecretKeySpec(bytes, "AES"));
            cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(iv));
            return cipher.doFinal(plain);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private OpenedFiles files(KeyChoice choice) {
        return new OpenedFiles(store, keys, choice, Runnable::run);
    }

    private static KeyChoice named() {
        return new KeyChoice.Named(Optional.of(LocalKeys.KEY));
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static BackupError failure(CompletionStage<?> stage) {
        return Problem.of(catchThrowable(() -> await(stage))).error();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 31, 32, 4096, 100_003})
    void everyRangeIsReadAsItWas(int length) {
        byte[] plain = put(length);
        OpenedFiles files = files(named());
        StoredObject object = await(files.head(FILE)).orElseThrow();

        assertThat(object.size()).isEqualTo(length);
        for (int i = 0; i < 200; i++) {
            int offset = random.nextInt(length);
            int count = 1 + random.nextInt(length - offset);
            ByteBuffer read = await(files.read(object, offset, count));
            byte[] got = new byte[read.remaining()];
            read.get(got);
            assertThat(got).isEqualTo(Arrays.copyOfRange(plain, offset, offset + count));
        }
        assertThat(keys.opened).as("the key is asked for once").hasValue(1);
    }

    @Test
    void filesThatAreNotEncryptedAreReadAsTheyAre() {
        store.put(PLAIN, new byte[] {1, 2, 3}, Map.of());
        OpenedFiles files = files(new KeyChoice.Named(Optional.empty()));

        StoredObject object = await(files.head(PLAIN)).orElseThrow();

        assertThat(await(files.read(object, 1, 2))).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
        assertThat(await(files.head(FILE))).isEmpty();
    }

    @Test
    void anEncryptedFileNeedsAKeyAndAnotherOneTakesNone() {
        put(100);
        store.put(PLAIN, new byte[100], Map.of());

        assertThat(failure(files(new KeyChoice.Named(Optional.empty())).head(FILE)))
                .isEqualTo(BackupError.FILE_ENCRYPTED);
        assertThat(failure(files(named()).head(PLAIN))).isEqualTo(BackupError.FILE_NOT_ENCRYPTED);
    }

    @Test
    void theKeyThatTheFileNamesOpensWhatRecordsName() {
        put(100);
        store.put(PLAIN, new byte[100], Map.of());
        OpenedFiles files = files(new KeyChoice.AsTheFileSays());

        assertThat(await(files.head(FILE)).orElseThrow().size()).isEqualTo(100);
        assertThat(await(files.head(PLAIN)).orElseThrow().size()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-amz-key-v2", "x-amz-iv", "x-amz-matdesc", "x-amz-cek-alg", "x-amz-wrap-alg"})
    void metadataThatAreMissingAreNamed(String name) {
        put(100);
        Map<String, String> less = new HashMap<>(store.metadata(FILE));
        less.remove(name);
        less.put("x-amz-key", "something");
        store.put(FILE, store.bytes(FILE).orElseThrow(), less);

        assertThat(failure(files(named()).head(FILE)))
                .isIn(BackupError.ENVELOPE_DAMAGED, BackupError.ENVELOPE_FOREIGN);
    }

    @Test
    void anotherContextOrWrappedKeyOpensNothing() {
        put(100);
        Map<String, String> metadata = new HashMap<>(store.metadata(FILE));
        metadata.put("x-amz-matdesc", "{\"kms_cmk_id\":\"" + other() + "\"}");
        store.put(FILE, store.bytes(FILE).orElseThrow(), metadata);

        assertThat(failure(files(named()).head(FILE))).isEqualTo(BackupError.KEY_WRONG);
    }

    private static KeyArn other() {
        return KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 95, 96})
    void aFileThatWasCutIsFoundByItsEnd(int left) {
        put(100);
        byte[] whole = store.bytes(FILE).orElseThrow();
        store.put(FILE, Arrays.copyOf(whole, left), store.metadata(FILE));

        assertThat(failure(files(named()).head(FILE))).isEqualTo(BackupError.FILE_TRUNCATED);
    }

    @Test
    void nothingIsReadOnceItIsClosed() {
        put(100);
        OpenedFiles files = files(named());
        StoredObject object = await(files.head(FILE)).orElseThrow();

        files.close();

        assertThat(catchThrowable(() -> await(files.read(object, 0, 10))))
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }
}
