package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Whatever somebody without the data key does to a file of mode 2, who reads it gets a refusal with a code, and never other bytes than those that were backed up. The files are made by the writer's own
 * classes; checksums that need no key are made right again.
 */
class TamperedFilesTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop.bak");
    private static final int MODE_AT = 10;
    private static final int FAMILY_AT = 12;
    private static final int FAMILIES_AT = 14;
    private static final int SUITE_AT = 32;
    private static final int KEY_ID_AT = 40;

    /** What a reader may say of a file that was changed; nothing among it says that the file may be fine. */
    private static final Set<BackupError> REFUSALS = EnumSet.of(
            BackupError.FILE_DAMAGED,
            BackupError.FILE_TRUNCATED,
            BackupError.NOT_A_BACKUP,
            BackupError.FILE_NEWER,
            BackupError.FILE_MODE_UNKNOWN,
            BackupError.FILE_NOT_ENCRYPTED,
            BackupError.KEY_OBJECT_DAMAGED,
            BackupError.KEY_OBJECT_FOREIGN);

    private static final LocalKeys KEYS = new LocalKeys();
    private static final BackupSetId SET = SampleStripe.SET;
    private static final UUID DATA_KEY = UUID.randomUUID();

    /** Two files of a set, each with a part of several segments and short ones, all of the same length. */
    private static final SealedFile ONE = sealed(SealedFile.preamble(SET, 1, 2), 1);

    private static final SealedFile TWO = sealed(SealedFile.preamble(SET, 2, 2), 2);

    /** The same stripe of another set. */
    private static final SealedFile OTHER_SET =
            sealed(SealedFile.preamble(new BackupSetId(UUID.randomUUID()), 1, 2), 3);

    /** The same stripe of the same set, as another attempt would have written it. */
    private static final SealedFile AGAIN = sealed(SealedFile.preamble(SET, 1, 2), 4);

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");

    private static SealedFile sealed(Preamble preamble, int seed) {
        Random random = new Random(seed);
        byte[] plain = new SampleStripe(preamble, Codec.NONE)
                .chunk(pieces(random, 700_000))
                .chunk(pieces(random, 600_000))
                .endPart()
                .chunk(pieces(random, 5_000))
                .endPart()
                .chunk(pieces(random, 5_000))
                .endPart()
                .chunk(pieces(random, 20))
                .finish(SampleStripe.stop(1, 1_310_020));
        return SealedFile.of(plain, KEYS, LocalKeys.KEY);
    }

    private static List<Piece> pieces(Random random, int bytes) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return List.of(new Piece(ExtentKind.FILE, "base/1", 0, content, Piece.State.WHOLE));
    }

    private OpenedFiles files(boolean named) {
        KeyChoice choice = named ? new KeyChoice.Named(Optional.of(LocalKeys.KEY)) : new KeyChoice.AsTheFileSays();
        return new OpenedFiles(store, KEYS, choice, Runnable::run);
    }

    private void put(byte[] stored, KeyObject keys) {
        store.put(FILE, stored, Map.of());
        store.put(KeyObject.of(FILE), keys.toBytes(), Map.of());
    }

    private static KeyObject keysOf(SealedFile... files) {
        KeyObject keys = KeyObject.empty();
        for (SealedFile file : files) {
            keys = keys.with(file.entry());
        }
        return keys;
    }

    /** Reads everything by both kinds of key choice; gives the refusals. */
    private List<BackupError> refusals(byte[] stored, byte[] plain, KeyObject keys) {
        put(stored, keys);
        List<BackupError> refusals = new ArrayList<>();
        for (boolean named : List.of(true, false)) {
            BackupError refusal = refusal(plain, named);
            assertThat(refusal).as("a key is %snamed", named ? "" : "not ").isNotNull();
            refusals.add(refusal);
        }
        return refusals;
    }

    private @Nullable BackupError refusal(byte[] plain, boolean named) {
        try (OpenedFiles files = files(named)) {
            StoredObject object = files.head(FILE).toCompletableFuture().join().orElseThrow();
            requireNothingElse(files, object, plain);
            FileInspection inspection = new FileInspection(files::read);
            FoundStripe found = inspection.ends(object);
            inspection.contents(found, entry -> {});
            return null;
        } catch (RuntimeException refused) {
            BackupError error = Problem.of(refused).error();
            assertThat(error).as("%s", refused).isIn(REFUSALS);
            return error;
        }
    }

    /** Each range is refused, or is what it was. Preamble and footer are not secret, and judged by those who read them. */
    private static void requireNothingElse(OpenedFiles files, StoredObject object, byte[] plain) {
        int step = 300_000;
        for (long at = Layout.PREAMBLE_BYTES; at < object.size() - Layout.FOOTER_BYTES; at += step) {
            int length = (int) Math.min(step, object.size() - Layout.FOOTER_BYTES - at);
            ByteBuffer read;
            try {
                read = files.read(object, at, length).toCompletableFuture().join();
            } catch (CompletionException refused) {
                assertThat(Problem.of(refused).error()).isEqualTo(BackupError.FILE_DAMAGED);
                continue;
            }
            boolean same = at + length <= plain.length && read.equals(ByteBuffer.wrap(plain, (int) at, length));
            boolean openedAtAll = object.size() != 0 && !isPlain(object);
            assertThat(same || !openedAtAll).as("%d bytes from %d", length, at).isTrue();
        }
    }

    /** A file that pretends to be plain is handed on as it is stored: its frames are what does not fit. */
    private static boolean isPlain(StoredObject object) {
        return object.size() == ONE.stored().length;
    }

    @Example
    void whatNobodyTouchedOpens() {
        for (SealedFile file : List.of(ONE, TWO, OTHER_SET, AGAIN)) {
            put(file.stored(), keysOf(ONE, TWO, OTHER_SET, AGAIN));
            assertThat(refusal(file.plain(), true)).isNull();
            assertThat(refusal(file.plain(), false)).isNull();
        }
        assertThat(ONE.stored().length).isEqualTo(TWO.stored().length).isNotEqualTo(ONE.plain().length);
    }

    @Property(tries = 200)
    void anyChangedBitIsRefused(@ForAll Random random, @ForAll @IntRange(min = 0, max = 7) int bit) {
        byte[] stored = ONE.stored().clone();
        // Half of them near an edge, where headers, tags, preamble and footer are.
        int at = random.nextInt(stored.length);
        if (random.nextBoolean()) {
            int edge = ONE.starts().get(random.nextInt(ONE.parts() + 1));
            at = Math.min(stored.length - 1, Math.max(0, edge + random.nextInt(240) - 120));
        }
        stored[at] ^= (byte) (1 << bit);

        assertThat(refusals(stored, ONE.plain(), keysOf(ONE))).as("at %d", at).hasSize(2);
    }

    @Example
    void anyChangedByteOfPreambleAndFooterIsRefused() {
        for (int at = 0; at < Layout.PREAMBLE_BYTES; at++) {
            for (int place : List.of(at, ONE.stored().length - 1 - at)) {
                byte[] stored = ONE.stored().clone();
                stored[place] ^= 0x55;
                refusals(stored, ONE.plain(), keysOf(ONE));
            }
        }
    }

    @Example
    void anyChangedByteOfPreambleAndFooterIsRefusedAlsoWithTheRightChecksum() {
        for (int at = 0; at < Layout.PREAMBLE_BYTES - 4; at++) {
            byte[] begin = ONE.stored().clone();
            begin[at] ^= 1;
            refusals(summed(begin, 0), ONE.plain(), keysOf(ONE));

            byte[] end = ONE.stored().clone();
            int footer = end.length - Layout.FOOTER_BYTES;
            end[footer + at] ^= 1;
            refusals(summed(end, footer), ONE.plain(), keysOf(ONE));
        }
    }

    private static byte[] summed(byte[] stored, int from) {
        CRC32C sum = new CRC32C();
        sum.update(stored, from, 60);
        ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).putInt(from + 60, (int) sum.getValue());
        return stored;
    }

    @Property(tries = 80)
    void aFileThatWasCutAnywhereIsRefused(@ForAll Random random) {
        int length = random.nextBoolean()
                ? random.nextInt(ONE.stored().length)
                : ONE.starts().get(random.nextInt(ONE.parts())) + random.nextInt(3);
        refusals(Arrays.copyOf(ONE.stored(), length), ONE.plain(), keysOf(ONE));
    }

    /** The file ends with an earlier part, and a footer that says so. */
    @Example
    void aFileThatWasCutAtAPartAndGotANewEndIsRefused() {
        for (int left = 1; left < ONE.parts(); left++) {
            ByteArrayOutputStream stored = new ByteArrayOutputStream();
            stored.writeBytes(Arrays.copyOf(ONE.stored(), ONE.starts().get(left)));
            int lastAt = ONE.starts().get(left - 1) + (left == 1 ? Layout.PREAMBLE_BYTES : 0);
            for (int number : List.of(left, ONE.parts())) {
                ByteArrayOutputStream ended = new ByteArrayOutputStream();
                ended.writeBytes(stored.toByteArray());
                ended.writeBytes(footer(lastAt, stored.size() - lastAt, number));
                refusals(ended.toByteArray(), ONE.plain(), keysOf(ONE));
            }
            if (left == ONE.parts() - 1) {
                continue; // That is the file itself.
            }
            ByteArrayOutputStream without = new ByteArrayOutputStream();
            without.writeBytes(stored.toByteArray());
            byte[] last = ONE.part(ONE.parts());
            without.write(last, 0, last.length - Layout.FOOTER_BYTES);
            without.writeBytes(footer(stored.size(), last.length - Layout.FOOTER_BYTES, left + 1));
            refusals(without.toByteArray(), ONE.plain(), keysOf(ONE));
        }
    }

    private static byte[] footer(int trailerOffset, int trailerBytes, int number) {
        byte[] footer =
                Arrays.copyOfRange(ONE.stored(), ONE.stored().length - Layout.FOOTER_BYTES, ONE.stored().length);
        ByteBuffer.wrap(footer)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(32, trailerOffset)
                .putInt(40, trailerBytes)
                .putInt(44, number)
                .putLong(48, (long) trailerOffset + trailerBytes + Layout.FOOTER_BYTES);
        return summed(footer, 0);
    }

    @Property(tries = 30)
    void partsInAnotherOrderAreRefused(@ForAll Random random) {
        List<byte[]> bodies = bodies(ONE);
        List<byte[]> shuffled = new ArrayList<>(bodies);
        do {
            Collections.shuffle(shuffled, random);
        } while (shuffled.equals(bodies));

        refusals(file(shuffled), ONE.plain(), keysOf(ONE));
    }

    @Property(tries = 30)
    void aPartInThePlaceOfAnotherIsRefused(@ForAll Random random) {
        List<byte[]> bodies = bodies(ONE);
        int to = random.nextInt(bodies.size());
        int from = (to + 1 + random.nextInt(bodies.size() - 1)) % bodies.size();
        bodies.set(to, bodies.get(from));

        refusals(file(bodies), ONE.plain(), keysOf(ONE));
    }

    @Example
    void partsThatAreMissingOrThereTwiceAreRefused() {
        for (int part = 0; part < ONE.parts() - 1; part++) {
            List<byte[]> twice = bodies(ONE);
            twice.add(part, twice.get(part));
            refusals(file(twice), ONE.plain(), keysOf(ONE));

            List<byte[]> missing = bodies(ONE);
            missing.remove(part);
            refusals(file(missing), ONE.plain(), keysOf(ONE));
        }
    }

    /** Also of the same place and length, and also where the key that they were sealed with is at hand. */
    @Example
    void partsOfOtherFilesAreRefused() {
        for (SealedFile other : List.of(TWO, OTHER_SET, AGAIN)) {
            for (int part = 0; part < ONE.parts(); part++) {
                List<byte[]> mixed = bodies(ONE);
                mixed.set(part, bodies(other).get(part));
                refusals(file(mixed), ONE.plain(), keysOf(other, ONE));
            }
        }
    }

    /** The sealed part of each part. */
    private static List<byte[]> bodies(SealedFile file) {
        List<byte[]> bodies = new ArrayList<>();
        for (int number = 1; number <= file.parts(); number++) {
            byte[] part = file.part(number);
            int from = number == 1 ? Layout.PREAMBLE_BYTES : 0;
            int to = part.length - (number == file.parts() ? Layout.FOOTER_BYTES : 0);
            bodies.add(Arrays.copyOfRange(part, from, to));
        }
        return bodies;
    }

    /** The preamble of the first file, these parts, and a footer that fits to them. */
    private static byte[] file(List<byte[]> bodies) {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        stored.write(ONE.stored(), 0, Layout.PREAMBLE_BYTES);
        int last = bodies.size() - 1;
        bodies.subList(0, last).forEach(stored::writeBytes);
        int trailerAt = stored.size();
        stored.writeBytes(bodies.get(last));
        stored.writeBytes(footer(trailerAt, bodies.get(last).length, bodies.size()));
        return stored.toByteArray();
    }

    /** The whole file of another stripe under this preamble, and the other way round. */
    @Example
    void aPreambleOfAnotherFileIsRefused() {
        for (SealedFile other : List.of(TWO, OTHER_SET, AGAIN)) {
            byte[] stored = ONE.stored().clone();
            System.arraycopy(other.stored(), 0, stored, 0, Layout.PREAMBLE_BYTES);
            refusals(stored, ONE.plain(), keysOf(other, ONE));

            byte[] renamed = ONE.stored().clone();
            System.arraycopy(FrameEncoder.preamble(other.preamble()), 0, renamed, 0, Layout.PREAMBLE_BYTES);
            int footer = renamed.length - Layout.FOOTER_BYTES;
            System.arraycopy(other.stored(), MODE_AT, renamed, footer + MODE_AT, SUITE_AT - MODE_AT);
            refusals(summed(renamed, footer), ONE.plain(), keysOf(other, ONE));
        }
    }

    @Example
    void anotherFamilyOrDataKeyInThePreambleIsRefused() {
        for (int at : List.of(FAMILY_AT, FAMILIES_AT, KEY_ID_AT, KEY_ID_AT + 15, 16)) {
            byte[] stored = ONE.stored().clone();
            stored[at] ^= 3;
            summed(stored, 0);
            int footer = stored.length - Layout.FOOTER_BYTES;
            if (at < SUITE_AT) {
                stored[footer + at] ^= 3;
                summed(stored, footer);
            }
            refusals(stored, ONE.plain(), keysOf(ONE, TWO, AGAIN));
        }
    }

    /** The file says that it is plain, or only encrypted, or sealed in another way: at its beginning, its end, or both. */
    @Example
    void anotherModeIsRefused() {
        for (int mode : List.of(0, 1, 3)) {
            for (int places = 1; places <= 3; places++) {
                byte[] stored = ONE.stored().clone();
                int footer = stored.length - Layout.FOOTER_BYTES;
                if ((places & 1) != 0) {
                    stored[MODE_AT] = (byte) mode;
                    summed(stored, 0);
                }
                if ((places & 2) != 0) {
                    stored[footer + MODE_AT] = (byte) mode;
                    summed(stored, footer);
                }
                refusals(stored, ONE.plain(), keysOf(ONE));
            }
        }
    }

    /** The wrapped key of one file in the entry of another, whose context it says to have: the key service does not unwrap it. */
    @Example
    void exchangedEntriesOfTheKeyObjectOpenNothing() {
        for (SealedFile other : List.of(TWO, OTHER_SET, AGAIN)) {
            KeyObject.Entry own = ONE.entry();
            KeyObject.Entry moved = new KeyObject.Entry(
                    own.dataKeyId(),
                    own.setId(),
                    own.family(),
                    own.createdAt(),
                    other.entry().wrapped());
            refusals(ONE.stored(), ONE.plain(), KeyObject.empty().with(moved));
            refusals(ONE.stored(), ONE.plain(), keysOf(other));
        }
    }
}
