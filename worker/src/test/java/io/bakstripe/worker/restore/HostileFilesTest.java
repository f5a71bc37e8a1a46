package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Forgery;
import io.bakstripe.worker.format.FrameType;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.SampleStripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that lie, with all checksums right, and files with a byte wrong anywhere, through a restore. */
final class HostileFilesTest {
    @TempDir
    Path temp;

    private OneFile reader = new OneFile(Path.of(""));

    @BeforeEach
    void makeTarget() throws IOException {
        reader = new OneFile(Files.createDirectory(temp.resolve("target")));
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void nameFileAndPartOfEveryByteThatIsWrong(Codec codec) {
        byte[] whole = OneFile.sample(codec);
        Forgery layout = new Forgery(whole);

        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Problem problem = refusal(flipped);
            assertThat(problem.error()).as("byte %d", at).isEqualTo(BackupError.FILE_DAMAGED);
            assertThat(problem.detail())
                    .as("byte %d", at)
                    .contains("File " + OneFile.ARN + ", part ")
                    .containsPattern(at < layout.trailer() ? "part (1|2|preamble|header):" : "part (trailer|footer):");
        }
    }

    @Test
    void areRefusedWhereverTheyAreCut() {
        byte[] whole = OneFile.sample(Codec.ZSTD);

        for (int length = 0; length < whole.length; length++) {
            Problem problem = refusal(Arrays.copyOf(whole, length));
            assertThat(problem.error())
                    .as("length %d", length)
                    .isEqualTo(length < 8 ? BackupError.NOT_A_BACKUP : BackupError.FILE_TRUNCATED);
            assertThat(problem.detail()).contains(OneFile.ARN.toString());
        }
    }

    @Test
    void lyingAboutSizesAreDamaged() {
        Map<String, BiConsumer<Forgery, ByteBuffer>> lies = Map.ofEntries(
                lie("negative stored bytes", (at, file) -> file.putInt(at.first(FrameType.DATA) + 8, -1)),
                lie("huge stored bytes", (at, file) -> file.putInt(at.first(FrameType.DATA) + 8, 8 << 20)),
                lie("more stored than plain bytes", (at, file) -> file.putInt(at.first(FrameType.DATA) + 12, 1)),
                lie("negative plain bytes", (at, file) -> file.putInt(at.first(FrameType.DATA) + 12, 1 << 31)),
                lie(
                        "plain bytes over the bound",
                        (at, file) -> file.putInt(at.first(FrameType.DATA) + 12, (8 << 20) + 1)),
                lie("a bomb that claims 8 MiB", (at, file) -> file.putInt(at.first(FrameType.DATA) + 12, 8 << 20)),
                lie("unknown flags", (at, file) -> file.putShort(at.first(FrameType.DATA) + 6, (short) 1)),
                lie("an unknown codec", (at, file) -> file.put(at.first(FrameType.DATA) + 5, (byte) 7)),
                lie("an unknown frame", (at, file) -> file.put(at.first(FrameType.DATA) + 4, (byte) 9)),
                lie("a second header", (at, file) -> file.put(at.first(FrameType.PADDING) + 4, (byte) 1)),
                lie("a trailer among data", (at, file) -> file.put(at.first(FrameType.PADDING) + 4, (byte) 5)),
                lie("too many parts", (at, file) -> file.putInt(at.indexEntry(1) - 4, 3)),
                lie("2^32 - 1 parts", (at, file) -> file.putInt(at.indexEntry(1) - 4, -1)),
                lie("parts of another number", (at, file) -> file.putInt(at.indexEntry(2), 1)),
                lie("an offset with the top bit", (at, file) -> file.putLong(at.indexEntry(2) + 8, Long.MIN_VALUE)),
                lie("a part of no bytes", (at, file) -> file.putLong(at.indexEntry(1) + 16, 0)),
                lie("a first part that ends in the preamble", (at, file) -> file.putLong(at.indexEntry(1) + 16, 48)),
                lie("a part beyond the file", (at, file) -> file.putLong(at.indexEntry(2) + 16, Long.MAX_VALUE)),
                lie("plain bytes with the top bit", (at, file) -> file.putLong(at.indexEntry(1) + 24, Long.MIN_VALUE)),
                lie("impossible plain bytes", (at, file) -> file.putLong(at.indexEntry(1) + 24, Long.MAX_VALUE)),
                lie("a trailer at a negative offset", (at, file) -> file.putLong(at.footer() + 32, -64)),
                lie("a trailer of negative bytes", (at, file) -> file.putInt(at.footer() + 40, -1)),
                lie("a length with the top bit", (at, file) -> file.putLong(at.footer() + 48, Long.MIN_VALUE)),
                lie("family 0", (at, file) -> file.putShort(12, (short) 0)),
                lie("another family than in the header", (at, file) -> file.putShort(14, (short) 2)));

        Forgery layout = new Forgery(OneFile.sample(Codec.ZSTD));
        lies.forEach((name, lie) -> {
            ByteBuffer file = layout.copy();
            lie.accept(layout, file);
            Problem problem = refusal(layout.seal(file));
            assertThat(problem.error()).as(name).isEqualTo(BackupError.FILE_DAMAGED);
            assertThat(problem.detail()).as(name).contains(OneFile.ARN.toString());
        });
    }

    @Test
    void lyingInsideAChunkAreDamaged() {
        Forgery layout = new Forgery(OneFile.sample(Codec.NONE));
        int table = layout.first(FrameType.DATA) + 32;
        int second = table + 4 + 16 + "base".length();
        Map<String, BiConsumer<Forgery, ByteBuffer>> lies = Map.ofEntries(
                lie("2^32 - 1 entries", (at, file) -> file.putInt(table, -1)),
                lie("more entries than there is room for", (at, file) -> file.putInt(table, 1000)),
                lie("fewer entries than there are", (at, file) -> file.putInt(table, 4)),
                lie("an unknown kind", (at, file) -> file.put(second, (byte) 6)),
                lie("an unknown state", (at, file) -> file.put(second + 1, (byte) 3)),
                lie("a path beyond the chunk", (at, file) -> file.putShort(second + 2, (short) -1)),
                lie("an offset with the top bit", (at, file) -> file.putLong(second + 4, Long.MIN_VALUE)),
                lie("an offset that overflows", (at, file) -> file.putLong(second + 4, Long.MAX_VALUE)),
                lie("an offset beyond 16 TiB", (at, file) -> file.putLong(second + 4, 1L << 44)),
                lie("more bytes than there are", (at, file) -> file.putInt(second + 12, 801)),
                lie("negative bytes", (at, file) -> file.putInt(second + 12, -1)),
                lie("bytes of a directory", (at, file) -> file.put(second, (byte) 2)),
                lie("bytes of a vanished file", (at, file) -> file.put(second + 1, (byte) 2)));

        lies.forEach((name, lie) -> {
            ByteBuffer file = layout.copy();
            lie.accept(layout, file);
            Problem problem = refusal(layout.seal(file));
            assertThat(problem.error()).as(name).isEqualTo(BackupError.FILE_DAMAGED);
            assertThat(problem.detail()).as(name).contains(OneFile.ARN + ", part 1: ");
        });
    }

    @Test
    void withFramesThatCannotBeDecompressedAreDamaged() {
        Forgery layout = new Forgery(OneFile.sample(Codec.ZSTD));
        int data = layout.first(FrameType.DATA);
        ByteBuffer broken = layout.copy().putInt(data + 32, 0);
        assertThat(refusal(layout.seal(broken)).detail()).contains("part 1: a frame cannot be decompressed");

        ByteBuffer more = layout.copy();
        more.putInt(data + 12, more.getInt(data + 12) - 1);
        assertThat(refusal(layout.seal(more)).detail()).contains("part 1: a frame cannot be decompressed");

        ByteBuffer less = layout.copy();
        less.putInt(data + 12, less.getInt(data + 12) + 1);
        assertThat(refusal(layout.seal(less)).detail()).contains("part 1: a frame cannot be decompressed");
    }

    @Test
    void withBytesBehindTheirEndAreRefused() {
        byte[] whole = OneFile.sample(Codec.NONE);

        assertThat(refusal(Arrays.copyOf(whole, whole.length + 1)).error()).isEqualTo(BackupError.FILE_TRUNCATED);
        byte[] twice = Arrays.copyOf(whole, whole.length * 2);
        System.arraycopy(whole, 0, twice, whole.length, whole.length);
        assertThat(refusal(twice).error()).isEqualTo(BackupError.FILE_DAMAGED);
    }

    @Test
    void withPiecesThatOverlapRepeatOrLeaveGapsDoNotMatchTheirManifest() {
        Piece first = piece("base/1", 0, 100);
        Piece second = piece("base/1", 100, 100);
        assertThat(reader.restore(set(200, first, second))).hasSize(1);

        for (byte[] file : List.of(
                set(200, first, first, second),
                set(200, first, piece("base/1", 50, 150)),
                set(200, second),
                set(200, piece("base/1", 0, 50), piece("base/1", 0, 50), second))) {
            Problem problem = refusal(file);
            assertThat(problem.error()).isEqualTo(BackupError.MANIFEST_MISMATCH);
            assertThat(problem.detail()).contains("base/1").contains(OneFile.ARN.toString());
        }
    }

    @Test
    void keepNamesThatDifferByCaseApart() {
        byte[] file = new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE)
                .chunk(List.of(piece("A", 0, 1), piece("a", 0, 2)))
                .manifest(ManifestPage.encode(List.of(Extent.file("A", 0, 1), Extent.file("a", 0, 2))))
                .finish(SampleStripe.stop(2, 3));

        assertThat(reader.restore(file)).containsOnlyKeys("A", "a");
    }

    @Test
    void mayHaveNamesOfTheMostBytesAndNotOneMore() {
        String longest = "n".repeat(255);
        assertThat(reader.restore(named(longest))).containsOnlyKeys(longest);

        assertThat(refusal(named("n".repeat(256))).error()).isEqualTo(BackupError.PATH_UNSAFE);
        assertThat(refusal(named("d/".repeat(2048) + "f")).error()).isEqualTo(BackupError.PATH_UNSAFE);
        assertThat(refusal(named("/etc/cron.d/x")).error()).isEqualTo(BackupError.PATH_UNSAFE);
        assertThat(refusal(named("../x")).error()).isEqualTo(BackupError.PATH_UNSAFE);
    }

    @Test
    void ofVeryManyEntriesTakeNoMoreMemoryThanTheirBytes() {
        List<Piece> pieces = new ArrayList<>();
        for (int index = 0; index < 300_000; index++) {
            pieces.add(piece("f", 0, 0));
        }
        byte[] file = new SampleStripe(SampleStripe.SET, 1, 1, Codec.ZSTD)
                .chunk(pieces)
                .manifest(ManifestPage.encode(List.of(Extent.file("f", 0, 0))))
                .finish(SampleStripe.stop(1, 0));

        assertThat(file).hasSizeLessThan(20_000);
        assertThat(reader.restore(file)).containsExactly(Map.entry("f", ""));
    }

    private static Map.Entry<String, BiConsumer<Forgery, ByteBuffer>> lie(
            String name, BiConsumer<Forgery, ByteBuffer> change) {
        return Map.entry(name, change);
    }

    private static byte[] named(String path) {
        return new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE)
                .chunk(List.of(piece(path, 0, 1)))
                .manifest(ManifestPage.encode(List.of(Extent.file(path, 0, 1))))
                .finish(SampleStripe.stop(1, 1));
    }

    private static byte[] set(long size, Piece... pieces) {
        return new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE)
                .chunk(List.of(pieces))
                .manifest(ManifestPage.encode(List.of(Extent.file("base/1", 0, size))))
                .finish(SampleStripe.stop(1, size));
    }

    private static Piece piece(String path, long offset, int length) {
        return new Piece(ExtentKind.FILE, path, offset, new byte[length], Piece.State.WHOLE);
    }

    private Problem refusal(byte[] file) {
        BakstripeException[] refused = new BakstripeException[1];
        assertThatThrownBy(() -> reader.restore(file))
                .isInstanceOfSatisfying(BakstripeException.class, thrown -> refused[0] = thrown);
        return refused[0].problem();
    }
}
