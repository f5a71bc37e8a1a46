package io.bakstripe.worker.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BackupFileTest {
    private static final String GOLDEN = "/format/version-1.bak";

    @ParameterizedTest
    @EnumSource(Codec.class)
    void givesBackWhatWasWritten(Codec codec) {
        WholeFile read = WholeFile.read(sample(codec));

        assertSample(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {GOLDEN, "/format/version-1-zstd.bak"})
    void readsTheFilesOfVersionOneThatWereCommitted(String file) throws IOException {
        try (InputStream golden = BackupFileTest.class.getResourceAsStream(file)) {
            assertSample(WholeFile.read(golden.readAllBytes()));
        }
    }

    @Test
    void stillWritesTheBytesOfTheCommittedFile() throws IOException {
        try (InputStream golden = BackupFileTest.class.getResourceAsStream(GOLDEN)) {
            assertThat(sample(Codec.NONE)).isEqualTo(golden.readAllBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void detectsEverySingleFlippedByte(Codec codec) {
        byte[] file = sample(codec);

        for (int offset = 0; offset < file.length; offset++) {
            byte[] flipped = file.clone();
            flipped[offset] ^= (byte) 0x40;
            assertThatThrownBy(() -> WholeFile.read(flipped))
                    .as("byte %d", offset)
                    .isInstanceOfSatisfying(BakstripeException.class, thrown -> {
                        assertThat(thrown.problem().error()).isEqualTo(BackupError.FILE_DAMAGED);
                        assertThat(thrown.problem().detail()).contains(WholeFile.ARN.toString());
                    });
        }
    }

    @Test
    void callsEveryCutFileTruncatedOrNone() {
        byte[] file = sample(Codec.ZSTD);

        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> WholeFile.read(cut))
                    .as("length %d", length)
                    .isInstanceOfSatisfying(
                            BakstripeException.class,
                            thrown -> assertThat(thrown.problem().error())
                                    .isEqualTo(cut.length < 8 ? BackupError.NOT_A_BACKUP : BackupError.FILE_TRUNCATED));
        }
    }

    @Test
    void namesThePartThatIsDamaged() {
        byte[] file = sample(Codec.NONE);
        int inPartTwo = (int) WholeFile.read(file).trailer().parts().get(1).offset() + 40;
        file[inPartTwo] ^= 1;

        assertRefused(() -> WholeFile.read(file), BackupError.FILE_DAMAGED, "part 2");
    }

    @Test
    void refusesForeignNewerAndEncryptedFiles() {
        byte[] foreign = new byte[4096];
        new Random(1).nextBytes(foreign);
        assertRefused(() -> WholeFile.read(foreign), BackupError.NOT_A_BACKUP, "incorrectly formed");

        ByteBuffer newer = ByteBuffer.wrap(sample(Codec.NONE)).order(ByteOrder.LITTLE_ENDIAN);
        newer.putShort(8, (short) 2);
        Ends.seal(newer);
        assertRefused(() -> WholeFile.read(newer.array()), BackupError.FILE_NEWER, "has format version 2");

        ByteBuffer sealed = ByteBuffer.wrap(sample(Codec.NONE)).order(ByteOrder.LITTLE_ENDIAN);
        sealed.put(10, (byte) 3);
        Ends.seal(sealed);
        assertRefused(() -> WholeFile.read(sealed.array()), BackupError.FILE_MODE_UNKNOWN, "is encrypted in mode 3");
    }

    @Test
    void refusesCiphersThatItDoesNotKnow() {
        Preamble authenticated = new Preamble(
                Mode.AUTHENTICATED, SampleStripe.SET, 1, 1, Optional.of(Preamble.Cipher.of(UUID.randomUUID())));
        ByteBuffer bytes = ByteBuffer.wrap(authenticated.encode()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Preamble.read(WholeFile.ARN, bytes)).isEqualTo(authenticated);

        bytes.putInt(36, 1 << 16);
        Ends.seal(bytes);
        assertRefused(
                () -> Preamble.read(WholeFile.ARN, bytes), BackupError.FILE_MODE_UNKNOWN, "in mode 2, cipher suite 1");
        bytes.putInt(36, 1 << 20).putShort(32, (short) 7);
        Ends.seal(bytes);
        assertRefused(
                () -> Preamble.read(WholeFile.ARN, bytes), BackupError.FILE_MODE_UNKNOWN, "in mode 2, cipher suite 7");
    }

    @Test
    void theFooterOfTheAuthenticatedModeSaysTheNumberOfTheLastPart() {
        Footer footer = new Footer(Mode.AUTHENTICATED, SampleStripe.SET, 1, 1, 6 << 20, 500, 3);
        ByteBuffer bytes = ByteBuffer.wrap(footer.encode()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Footer.read(WholeFile.ARN, footer.fileBytes(), bytes)).isEqualTo(footer);

        bytes.putInt(44, 1);
        Ends.seal(bytes);
        assertRefused(
                () -> Footer.read(WholeFile.ARN, footer.fileBytes(), bytes),
                BackupError.FILE_DAMAGED,
                "contradicts itself");
    }

    @Test
    void saysHowManyPagesOfTheDatabaseAreDamaged() {
        StopFacts damaged = SampleStripe.stop(3, 3013).withDamagedPages(12);
        byte[] file = new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE).finish(damaged);

        assertThat(WholeFile.read(file).trailer().stop().damagedPages()).contains(12L);
        assertThat(SampleStripe.stop(3, 3013).withDamagedPages(0)).isEqualTo(SampleStripe.stop(3, 3013));
        byte[] negative = new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE)
                .finish(new StopFacts(
                        damaged.lastLsn(),
                        damaged.stoppedAt(),
                        3,
                        3013,
                        Optional.of(-1L),
                        Optional.empty(),
                        Optional.empty()));
        assertRefused(() -> WholeFile.read(negative), BackupError.FILE_DAMAGED, "negative");
    }

    @Test
    void ignoresHeaderKeysThatItDoesNotKnow() {
        byte[] json = new String(StripeJson.encode(SampleStripe.header(SampleStripe.SET, 1, 1)), StandardCharsets.UTF_8)
                .replaceFirst("\\{", "{\"later\":{\"x\":[1]},")
                .getBytes(StandardCharsets.UTF_8);

        StripeHeader read = StripeJson.decode(Place.part(WholeFile.ARN, 1), StripeHeader.class, json);

        assertThat(read).isEqualTo(SampleStripe.header(SampleStripe.SET, 1, 1));
    }

    @Test
    void refusesAHeaderThatLacksARequiredKey() {
        byte[] json = new String(StripeJson.encode(SampleStripe.header(SampleStripe.SET, 1, 1)), StandardCharsets.UTF_8)
                .replace("\"setId\"", "\"otherId\"")
                .getBytes(StandardCharsets.UTF_8);

        assertRefused(
                () -> StripeJson.decode(Place.part(WholeFile.ARN, 1), StripeHeader.class, json),
                BackupError.FILE_DAMAGED,
                "JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "..",
                "../x",
                "base/../../x",
                "base//x",
                "base/./x",
                "base/",
                "",
                "a\\b",
                "a\u0000b",
                "a\nb"
            })
    void refusesPathsThatLeaveTheTarget(String path) {
        byte[] chunk = new FrameEncoder(Codec.NONE, 3).chunk(List.of(piece(path, 0, "x")));
        Place place = Place.part(WholeFile.ARN, 1);
        Frame frame = new FrameSplitter(place).feed(ByteBuffer.wrap(chunk)).get(0);

        assertRefused(() -> Chunk.decode(place, frame.payload(place)), BackupError.PATH_UNSAFE, "leaves the target");
    }

    @Test
    void refusesAFrameThatClaimsMoreThanItsTypeAllowsBeforeTakingMemory() {
        ByteBuffer frame = ByteBuffer.wrap(FrameEncoder.padding(32)).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(8, Integer.MAX_VALUE).putInt(12, Integer.MAX_VALUE).putInt(28, Frame.checksum(frame));

        assertRefused(
                () -> Frame.next(Place.part(WholeFile.ARN, 7), frame.rewind()),
                BackupError.FILE_DAMAGED,
                "larger than");
    }

    @Test
    void storesAChunkThatDoesNotShrinkAsItIs() {
        byte[] noise = new byte[100_000];
        new Random(2).nextBytes(noise);
        Piece piece = new Piece(ExtentKind.FILE, "base/5/1", 0, noise, Piece.State.WHOLE);

        byte[] frame = new FrameEncoder(Codec.ZSTD, 3).chunk(List.of(piece));

        assertThat(frame[Frame.CODEC_AT]).isEqualTo((byte) Codec.NONE.number());
        assertThat(frame).hasSizeLessThan(noise.length + 100);
    }

    @Test
    void padsToExactlyTheBytesThatAreAskedFor() {
        assertThat(FrameEncoder.padding(32)).hasSize(32);
        assertThat(FrameEncoder.padding(5 << 20)).hasSize(5 << 20);
        assertThatThrownBy(() -> FrameEncoder.padding(40)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameEncoder.padding(16)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertSample(WholeFile read) {
        assertThat(read.header()).isEqualTo(SampleStripe.header(SampleStripe.SET, 1, 1));
        assertThat(read.trailer().stop()).isEqualTo(SampleStripe.stop(3, 3013));
        assertThat(read.trailer().parts()).hasSize(2);
        assertThat(read.pieces()).usingRecursiveComparison().isEqualTo(pieces());
        assertThat(read.manifest())
                .containsExactly(
                        new ManifestPage.Entry(true, "base", 0),
                        new ManifestPage.Entry(false, "base/größe", 3000),
                        new ManifestPage.Entry(false, "backup_label", 13));
    }

    private static List<Piece> pieces() {
        return List.of(
                new Piece(ExtentKind.DIRECTORY, "base", 0, new byte[0], Piece.State.WHOLE),
                piece("base/größe", 0, "abc".repeat(1000)),
                new Piece(ExtentKind.FILE, "base/2", 8192, new byte[0], Piece.State.SHORT),
                new Piece(ExtentKind.FILE, "base/3", 0, new byte[0], Piece.State.VANISHED),
                new Piece(
                        ExtentKind.INLINE,
                        "backup_label",
                        0,
                        "START WAL 1/2".getBytes(StandardCharsets.US_ASCII),
                        Piece.State.WHOLE));
    }

    static byte[] sample(Codec codec) {
        List<Piece> pieces = pieces();
        byte[] page = ManifestPage.encode(List.of(
                Extent.directory("base"),
                Extent.file("base/größe", 0, 3000),
                Extent.inline("backup_label", pieces.get(4).bytes())));
        return new SampleStripe(SampleStripe.SET, 1, 1, codec)
                .chunk(pieces.subList(0, 3))
                .frame(FrameEncoder.padding(48))
                .endPart()
                .chunk(pieces.subList(3, 5))
                .manifest(page)
                .finish(SampleStripe.stop(3, 3013));
    }

    private static Piece piece(String path, long offset, String text) {
        return new Piece(ExtentKind.FILE, path, offset, text.getBytes(StandardCharsets.UTF_8), Piece.State.WHOLE);
    }

    private static void assertRefused(ThrowingCallable call, BackupError error, String text) {
        assertThatThrownBy(call).isInstanceOfSatisfying(BakstripeException.class, thrown -> {
            assertThat(thrown.problem().error()).isEqualTo(error);
            assertThat(thrown.problem().detail()).contains(text);
        });
    }
}
