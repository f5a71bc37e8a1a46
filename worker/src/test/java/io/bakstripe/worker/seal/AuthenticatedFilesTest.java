package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Files of mode 2 are read as they were before, with any one of their keys, and with nothing less. */
class AuthenticatedFilesTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop.bak");

    private final Random random = new Random(13);
    private final LocalKeys keys = new LocalKeys();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");

    /** Parts of several segments, of one, and of hardly anything. */
    private byte[] plain(Preamble preamble) {
        return new SampleStripe(preamble, Codec.NONE)
                .chunk(pieces(1_500_000))
                .chunk(pieces(2_000_000))
                .endPart()
                .chunk(pieces(10))
                .endPart()
                .chunk(pieces(Layout.SEALED_SEGMENT_BYTES))
                .finish(SampleStripe.stop(3, 4_548_586));
    }

    private List<Piece> pieces(int bytes) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return List.of(new Piece(ExtentKind.FILE, "base/1", 0, content, Piece.State.WHOLE));
    }

    private SealedFile sealed(KeyArn... named) {
        return SealedFile.of(plain(SealedFile.preamble(SampleStripe.SET, 1, 1)), keys, named);
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
    void everyRangeIsReadAsItWas() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        byte[] plain = file.plain();
        OpenedFiles files = files(named(LocalKeys.KEY));
        StoredObject object = await(files.head(FILE)).orElseThrow();

        assertThat(object.size()).isEqualTo(plain.length);
        assertThat(bytes(await(files.read(object, 0, plain.length)))).isEqualTo(plain);
        for (int i = 0; i < 150; i++) {
            int offset = random.nextInt(plain.length);
            int most = plain.length - offset;
            int length = 1 + random.nextInt(random.nextBoolean() ? most : Math.min(most, 200));
            assertThat(Arrays.equals(
                            bytes(await(files.read(object, offset, length))),
                            Arrays.copyOfRange(plain, offset, offset + length)))
                    .as("%d+%d", offset, length)
                    .isTrue();
        }
        assertThat(keys.opened).as("the key is asked for once").hasValue(1);
    }

    @Test
    void whereSegmentsAndPartsMeetNothingIsLostOrDoubled() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        byte[] plain = file.plain();
        OpenedFiles files = files(named(LocalKeys.KEY));
        StoredObject object = await(files.head(FILE)).orElseThrow();
        int first =
                Layout.PREAMBLE_BYTES + Layout.SEALED_SEGMENT_BYTES - Layout.SEAL_HEADER_BYTES - Layout.SEAL_TAG_BYTES;
        int second = first + Layout.SEALED_SEGMENT_BYTES - Layout.SEAL_TAG_BYTES;

        for (int edge : List.of(Layout.PREAMBLE_BYTES, first, second, plain.length - Layout.FOOTER_BYTES)) {
            for (int offset = edge - 2; offset <= edge + 1; offset++) {
                for (int length = 1; length <= 4; length++) {
                    assertThat(bytes(await(files.read(object, offset, length))))
                            .isEqualTo(Arrays.copyOfRange(plain, offset, offset + length));
                }
            }
        }
    }

    @Test
    void readersOfPlainFilesTakeItAsOne() {
        sealed(LocalKeys.KEY).into(store, FILE);
        OpenedFiles files = files(any());
        FileInspection inspection = new FileInspection(files::read);

        FoundStripe found = inspection.ends(await(files.head(FILE)).orElseThrow());

        assertThat(found.trailer().parts()).hasSize(3);
        assertThat(inspection.contents(found, entry -> {}).pieces()).isEqualTo(4);
    }

    @Test
    void rangesThatEndWithSegmentsAreReadOnce() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        OpenedFiles files = files(any());
        StoredObject object = await(files.head(FILE)).orElseThrow();
        int most = 3 << 19;
        int before = store.reads().size();
        long asked = 0;
        for (long at = 0; at < object.size(); ) {
            int length = files.handyLength(object, at, (int) Math.min(most, object.size() - at));
            assertThat(length).isBetween(1, most);
            await(files.read(object, at, length));
            at += length;
        }
        for (String read : store.reads().subList(before, store.reads().size())) {
            asked += Long.parseLong(read.substring(read.indexOf('+') + 1));
        }

        // Preamble and footer are not read again, headers of parts once more at most.
        assertThat(asked).isBetween(file.stored().length - 128L, file.stored().length - 128L + 4 * 40L);
    }

    @Test
    void onlyAuthenticatedFilesAreReadWhereNothingElseMayBe() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        byte[] plain = new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE).finish(SampleStripe.stop(0, 0));

        assertThat(await(requiring(any()).head(FILE))).isPresent();
        assertThat(await(requiring(named(LocalKeys.KEY)).head(FILE))).isPresent();

        store.put(FILE, plain, Map.of());
        assertThat(failure(requiring(any()).head(FILE)).error()).isEqualTo(BackupError.FILE_NOT_AUTHENTICATED);
        assertThat(failure(requiring(new KeyChoice.Named(Optional.empty())).head(FILE))
                        .error())
                .isEqualTo(BackupError.FILE_NOT_AUTHENTICATED);

        NewDataKey key = await(keys.generate(LocalKeys.KEY, EncryptionContext.encryptionOnly(LocalKeys.KEY)));
        Envelope envelope = Envelope.of(key.wrapped(), CipherBlock.of(new byte[CipherBlock.BYTES]));
        for (byte[] content : List.of(plain, file.stored())) {
            byte[] once =
                    new CbcSealer(key.plain(), envelope.iv()).last(1, Arrays.copyOf(content, content.length / 16 * 16));
            store.put(FILE, once, envelope.toMetadata());
            assertThat(failure(requiring(named(LocalKeys.KEY)).head(FILE)).error())
                    .isEqualTo(BackupError.FILE_NOT_AUTHENTICATED);
        }
    }

    private OpenedFiles requiring(KeyChoice choice) {
        return new OpenedFiles(store, keys, choice, Runnable::run, true);
    }

    @Test
    void anAuthenticatedFileInsideOneThatIsOnlyEncryptedIsRefused() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        NewDataKey key = await(keys.generate(LocalKeys.KEY, EncryptionContext.encryptionOnly(LocalKeys.KEY)));
        Envelope envelope = Envelope.of(key.wrapped(), CipherBlock.of(new byte[CipherBlock.BYTES]));
        byte[] content = Arrays.copyOf(file.stored(), file.stored().length / 16 * 16);
        store.put(FILE, new CbcSealer(key.plain(), envelope.iv()).last(1, content), envelope.toMetadata());

        assertThat(failure(files(named(LocalKeys.KEY)).head(FILE)).error()).isEqualTo(BackupError.ENVELOPE_FOREIGN);
    }

    @Test
    void aFileThatIsReplacedIsOpenedAnew() {
        SealedFile first = sealed(LocalKeys.KEY).into(store, FILE);
        OpenedFiles files = files(any());
        StoredObject object = await(files.head(FILE)).orElseThrow();
        SealedFile second = sealed(LocalKeys.KEY).into(store, FILE);

        assertThat(failure(files.read(object, 100, 10)).error()).isEqualTo(BackupError.FILE_CHANGED);
        StoredObject now = await(files.head(FILE)).orElseThrow();
        assertThat(bytes(await(files.read(now, 0, (int) now.size())))).isEqualTo(second.plain());
        assertThat(first.plain()).isNotEqualTo(second.plain());
    }

    @Test
    void anObjectThatWasLookedUpElsewhereIsOpenedWhenItIsRead() {
        SealedFile file = sealed(LocalKeys.KEY).into(store, FILE);
        StoredObject object = await(files(any()).head(FILE)).orElseThrow();
        OpenedFiles others = files(any());

        assertThat(bytes(await(others.read(object, 100, 10)))).isEqualTo(Arrays.copyOfRange(file.plain(), 100, 110));
        sealed(LocalKeys.KEY).into(store, FILE);
        assertThat(failure(files(any()).read(object, 100, 10)).error()).isEqualTo(BackupError.FILE_CHANGED);
    }

    @Test
    void nothingIsReadOnceItIsClosed() {
        sealed(LocalKeys.KEY).into(store, FILE);
        OpenedFiles files = files(any());
        StoredObject object = await(files.head(FILE)).orElseThrow();

        files.close();

        assertThat(catchThrowable(() -> await(files.read(object, 100, 10))))
                .hasRootCauseInstanceOf(IllegalStateException.class);
        sealed(LocalKeys.KEY).into(store, FILE);
        assertThat(catchThrowable(() -> await(files.head(FILE)))).hasRootCauseInstanceOf(IllegalStateException.class);
    }
}
