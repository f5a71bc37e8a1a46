package io.bakstripe.worker.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class FormatPropertyTest {
    private static final Place PLACE = Place.part(new S3Arn("backups", "x.bak"), 1);

    @Property(tries = 200)
    void anyPiecesSurviveAChunk(@ForAll("pieces") @Size(max = 20) List<Piece> pieces, @ForAll Codec codec) {
        byte[] bytes = new FrameEncoder(codec, 3).chunk(pieces);

        Frame frame = new FrameSplitter(PLACE).feed(ByteBuffer.wrap(bytes)).get(0);

        assertThat(bytes.length % Layout.ALIGNMENT).isZero();
        assertThat(Chunk.decode(PLACE, frame.payload(PLACE)))
                .usingRecursiveComparison()
                .isEqualTo(pieces);
    }

    @Property(tries = 200)
    void framesAreTheSameHoweverTheRangesAreCut(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 0, max = 3000) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 5000) int range) {
        List<byte[]> frames = new ArrayList<>();
        int total = 0;
        for (int size : sizes) {
            byte[] frame = new FrameEncoder(Codec.NONE, 3).manifest(new byte[size]);
            frames.add(frame);
            total += frame.length;
        }
        ByteBuffer all = ByteBuffer.allocate(total);
        frames.forEach(all::put);

        FrameSplitter splitter = new FrameSplitter(PLACE);
        List<byte[]> read = new ArrayList<>();
        for (int at = 0; at < total; at += range) {
            for (Frame frame : splitter.feed(all.slice(at, Math.min(range, total - at)))) {
                byte[] copy = new byte[frame.length()];
                frame.bytes().duplicate().get(copy);
                read.add(copy);
            }
        }
        splitter.finish();

        assertThat(read).usingRecursiveComparison().isEqualTo(frames);
    }

    @Property(tries = 100)
    void anyManifestSurvivesItsPage(@ForAll("pieces") @Size(max = 30) List<Piece> files) {
        List<Extent> extents = files.stream()
                .map(file -> file.kind() == ExtentKind.DIRECTORY
                        ? Extent.directory(file.path())
                        : Extent.file(file.path(), 0, file.offset()))
                .toList();

        List<ManifestPage.Entry> entries = ManifestPage.decode(ManifestPage.encode(extents));

        assertThat(entries)
                .isEqualTo(extents.stream()
                        .map(extent -> new ManifestPage.Entry(
                                extent.kind() == ExtentKind.DIRECTORY, extent.path(), extent.length()))
                        .toList());
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        Arbitrary<String> name = Arbitraries.strings()
                .withChars("abcüÄ日_.0123456789 ")
                .ofMinLength(1)
                .ofMaxLength(12)
                .filter(text -> !text.equals(".") && !text.equals(".."));
        Arbitrary<String> path = name.list().ofMinSize(1).ofMaxSize(4).map(names -> String.join("/", names));
        Arbitrary<ExtentKind> kind = Arbitraries.of(
                ExtentKind.FILE, ExtentKind.DIRECTORY, ExtentKind.LOG, ExtentKind.CONTROL, ExtentKind.INLINE);
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(500);
        return Combinators.combine(
                        kind, path, Arbitraries.longs().between(0, 1L << 43), bytes, Arbitraries.of(Piece.State.class))
                .as((type, where, at, content, state) -> {
                    boolean bare = type == ExtentKind.DIRECTORY || state == Piece.State.VANISHED;
                    return new Piece(type, where, at, bare ? new byte[0] : content, state);
                })
                .list();
    }
}
