package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.format.FrameSplitter;
import io.bakstripe.worker.format.FrameType;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.StripeReader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads a stripe as its format says. */
final class StripeContent {
    private StripeContent() {}

    /** What the data frames hold, by path, after trailer and checksums of all parts were found right. */
    static Map<String, byte[]> of(S3Arn file, byte[] object) {
        long end = 0;
        for (PartEntry part : trailer(file, object).parts()) {
            CRC32C crc = new CRC32C();
            crc.update(object, (int) part.offset(), (int) part.storedBytes());
            assertThat((int) crc.getValue()).as("part %s", part).isEqualTo(part.crc32c());
            end = part.offset() + part.storedBytes();
        }
        Place place = Place.part(file, 1);
        FrameSplitter splitter = new FrameSplitter(place);
        List<Frame> frames = splitter.feed(ByteBuffer.wrap(
                object, Layout.PREAMBLE_BYTES, object.length - Layout.PREAMBLE_BYTES - Layout.FOOTER_BYTES));
        splitter.finish();
        assertThat(end).isLessThan(object.length);
        assertThat(frames.stream().filter(frame -> frame.type() == FrameType.TRAILER))
                .hasSize(1);
        assertThat(frames.stream().filter(frame -> frame.type() == FrameType.HEADER))
                .hasSize(1);
        assertThat(trailer(file, object).manifestPages().orElseThrow()).isEqualTo(manifestPages(frames));
        Map<String, ByteArrayOutputStream> files = new HashMap<>();
        frames.stream()
                .filter(frame -> frame.type() == FrameType.DATA)
                .flatMap(frame -> Chunk.decode(place, frame.payload(place)).stream())
                .forEach(piece -> files.computeIfAbsent(piece.path(), path -> new ByteArrayOutputStream())
                        .writeBytes(piece.bytes()));
        Map<String, byte[]> contents = new HashMap<>();
        files.forEach((path, bytes) -> contents.put(path, bytes.toByteArray()));
        return contents;
    }

    private static List<FrameRun> manifestPages(List<Frame> frames) {
        List<FrameRun> runs = new ArrayList<>();
        long offset = Layout.PREAMBLE_BYTES;
        boolean follows = false;
        for (Frame frame : frames) {
            if (frame.type() == FrameType.MANIFEST) {
                FrameRun run = new FrameRun(offset, frame.length());
                if (follows) {
                    run = runs.remove(runs.size() - 1).with(run);
                }
                runs.add(run);
            }
            follows = frame.type() == FrameType.MANIFEST;
            offset += frame.length();
        }
        return runs;
    }

    /** The trailer, found by the footer. */
    static StripeTrailer trailer(S3Arn file, byte[] object) {
        Preamble read = Preamble.read(file, ByteBuffer.wrap(object));
        Footer footer = Footer.read(
                file,
                object.length,
                ByteBuffer.wrap(object, object.length - Layout.FOOTER_BYTES, Layout.FOOTER_BYTES)
                        .slice());
        return StripeReader.trailer(
                file,
                read,
                footer,
                ByteBuffer.wrap(object, (int) footer.trailerOffset(), footer.trailerBytes())
                        .slice());
    }
}
