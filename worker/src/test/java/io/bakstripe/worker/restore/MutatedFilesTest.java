package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Forgery;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Very many damaged and forged files through a restore. {@code -Dbakstripe.fuzz.files=N} sets how many, {@code -Dbakstripe.fuzz.seed=S} where the random
 * numbers begin.
 */
final class MutatedFilesTest {
    private static final int FILES = Integer.getInteger("bakstripe.fuzz.files", 20_000);
    private static final long SEED = Long.getLong("bakstripe.fuzz.seed", 20_261_122);
    private static final long MOST_ALLOCATED = 12 << 20;
    private static final long[] TELLING = {
        0,
        1,
        2,
        15,
        16,
        31,
        32,
        64,
        255,
        0x7fff,
        0x8000,
        0xffff,
        1 << 20,
        8 << 20,
        Integer.MAX_VALUE,
        0x80000000L,
        0xffffffffL,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1L,
        -16L
    };
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path temp;

    private final Map<BackupError, Integer> refusals = new EnumMap<>(BackupError.class);
    private int accepted;

    @Test
    void areRefusedWithTheFileNamedOrReadAsTheSameContent() throws IOException {
        Path target = Files.createDirectory(temp.resolve("target"));
        OneFile reader = new OneFile(target);
        List<Forgery> originals = new ArrayList<>();
        List<byte[]> files = new ArrayList<>();
        List<Map<String, String>> contents = new ArrayList<>();
        for (byte[] file : originals()) {
            files.add(file);
            originals.add(new Forgery(file));
            contents.add(reader.restore(file));
        }
        Random random = new Random(SEED);

        for (int number = 0; number < FILES; number++) {
            int which = random.nextInt(files.size());
            boolean sealed = random.nextInt(5) < 2;
            byte[] mutated = sealed
                    ? forged(originals.get(which), random)
                    : damaged(files.get(which), files.get(random.nextInt(files.size())), random);
            // Two halves may make up another one of the originals, whole.
            OptionalInt same = IntStream.range(0, files.size())
                    .filter(index -> Arrays.equals(mutated, files.get(index)))
                    .findFirst();
            Optional<Map<String, String>> expected =
                    sealed && same.isEmpty() ? Optional.empty() : Optional.of(contents.get(same.orElse(which)));
            check(reader, mutated, number, expected, same.isPresent());
        }

        assertThat(accepted).isLessThan(FILES / 4);
        assertThat(refusals)
                .containsKeys(
                        BackupError.NOT_A_BACKUP,
                        BackupError.FILE_DAMAGED,
                        BackupError.FILE_TRUNCATED,
                        BackupError.FILE_NEWER,
                        BackupError.FILE_MODE_UNKNOWN,
                        BackupError.PATH_UNSAFE,
                        BackupError.MANIFEST_MISMATCH);
        try (var left = Files.walk(temp)) {
            assertThat(left).containsExactlyInAnyOrder(temp, target);
        }
    }

    /** @param expected what must come out if the file is not refused; empty for whatever it says */
    private void check(OneFile reader, byte[] file, int number, Optional<Map<String, String>> expected, boolean same) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        String about = "file " + number + " of seed " + SEED;
        try {
            Map<String, String> read = reader.restore(file);
            accepted++;
            expected.ifPresent(content -> assertThat(read).as(about).isEqualTo(content));
        } catch (BakstripeException refused) {
            refusals.merge(refused.problem().error(), 1, Integer::sum);
            assertThat(same).as(about + " is whole: " + refused.getMessage()).isFalse();
            boolean named = refused.problem().detail().contains(OneFile.ARN.toString())
                    || refused.problem().error() == BackupError.STRIPE_MISSING;
            assertThat(named)
                    .as(about + " is not named: " + refused.getMessage())
                    .isTrue();
        } catch (RuntimeException | Error unexpected) {
            fail(about, unexpected);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                .as(about + " took memory")
                .isLessThan(MOST_ALLOCATED);
    }

    private static List<byte[]> originals() throws IOException {
        List<byte[]> files = new ArrayList<>(List.of(OneFile.sample(Codec.NONE), OneFile.sample(Codec.ZSTD)));
        // The committed files hold a name that not every locale can write.
        if (Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode("größe")) {
            for (String name : List.of("/format/version-1.bak", "/format/version-1-zstd.bak")) {
                try (InputStream golden = MutatedFilesTest.class.getResourceAsStream(name)) {
                    files.add(golden.readAllBytes());
                }
            }
        }
        return files;
    }

    /** Some places changed, all checksums right. */
    private static byte[] forged(Forgery original, Random random) {
        ByteBuffer changed = original.copy();
        List<Integer> frames = original.frames();
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = switch (random.nextInt(6)) {
                case 0 -> random.nextInt(64);
                case 1 -> original.footer() + random.nextInt(64);
                case 2 -> frames.get(random.nextInt(frames.size())) + random.nextInt(32);
                case 3 -> frames.get(random.nextInt(frames.size())) + 32 + random.nextInt(64);
                case 4 -> original.trailer() + random.nextInt(original.footer() - original.trailer());
                default -> random.nextInt(changed.capacity());
            };
            change(changed, at, random);
        }
        return original.seal(changed);
    }

    private static byte[] damaged(byte[] original, byte[] other, Random random) {
        int at = random.nextInt(original.length);
        int end = at + random.nextInt(original.length - at) + 1;
        ByteBuffer changed = ByteBuffer.wrap(original.clone());
        switch (random.nextInt(7)) {
            case 0 -> {
                return Arrays.copyOf(original, at);
            }
            case 1 -> {
                return Arrays.copyOf(original, original.length + 1 + random.nextInt(100));
            }
            case 2 -> {
                return joined(Arrays.copyOf(original, at), Arrays.copyOfRange(original, end, original.length));
            }
            case 3 -> {
                return joined(Arrays.copyOf(original, end), Arrays.copyOfRange(original, at, original.length));
            }
            case 4 -> {
                return joined(
                        Arrays.copyOf(original, at),
                        Arrays.copyOfRange(other, Math.min(at, other.length), other.length));
            }
            case 5 -> Arrays.fill(changed.array(), at, end, (byte) 0);
            default -> {
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    change(changed, random.nextInt(original.length), random);
                }
            }
        }
        return changed.array();
    }

    private static void change(ByteBuffer changed, int at, Random random) {
        long value = TELLING[random.nextInt(TELLING.length)];
        int room = changed.capacity() - at;
        switch (random.nextInt(5)) {
            case 0 -> changed.put(at, (byte) (changed.get(at) ^ 1 << random.nextInt(8)));
            case 1 -> changed.put(at, (byte) random.nextInt(256));
            case 2 -> changed.put(at, "/.\\*\0".getBytes(StandardCharsets.US_ASCII)[random.nextInt(5)]);
            case 3 -> {
                if (room >= Integer.BYTES) {
                    changed.putInt(at, (int) value);
                }
            }
            default -> {
                if (room >= Long.BYTES) {
                    changed.putLong(at, value);
                }
            }
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
