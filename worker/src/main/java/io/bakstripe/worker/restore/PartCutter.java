package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.FrameSplitter;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Cuts the ranges of a file's parts, which come in order, into frames, and checks each part against the trailer's index. Not thread-safe. */
final class PartCutter {
    private final S3Arn file;
    private CRC32C sum = new CRC32C();
    private @Nullable FrameSplitter splitter;
    private long position;

    PartCutter(S3Arn file) {
        this.file = file;
    }

    /** The ranges of these parts, in order, each at most {@code rangeBytes} long and within one part. */
    static Iterator<Range> ranges(List<PartEntry> parts, int rangeBytes) {
        return ranges(parts, rangeBytes, (offset, most) -> most);
    }

    /** As the other one; each range as long as {@code lengths} says, unless the part ends before. */
    static Iterator<Range> ranges(List<PartEntry> parts, int rangeBytes, Lengths lengths) {
        return new Iterator<>() {
            private int part;
            private long at;

            @Override
            public boolean hasNext() {
                return part < parts.size();
            }

            @Override
            public Range next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                PartEntry entry = parts.get(part);
                long offset = entry.offset() + at;
                int length = (int) Math.min(lengths.of(offset, rangeBytes), entry.storedBytes() - at);
                boolean last = at + length == entry.storedBytes();
                Range range = new Range(entry, offset, length, last);
                at = last ? 0 : at + length;
                part = last ? part + 1 : part;
                return range;
            }
        };
    }

    /** What is whole with this range. Throws {@code FILE_DAMAGED} naming the part. */
    Cut cut(Range range, ByteBuffer bytes) {
        Place place = range.place(file);
        ByteBuffer frames = bytes.duplicate();
        FrameSplitter current = splitter;
        if (current == null) {
            current = new FrameSplitter(place);
            splitter = current;
            sum = new CRC32C();
            position = range.offset();
            if (position == 0) {
                position = Layout.PREAMBLE_BYTES;
                frames.position(frames.position() + Layout.PREAMBLE_BYTES);
            }
        }
        sum.update(bytes.duplicate());
        FrameSplitter.Whole whole = current.cut(frames);
        Cut cut = new Cut(range, position, whole);
        position = cut.end();
        if (range.last()) {
            current.finish();
            splitter = null;
            if ((int) sum.getValue() != range.part().crc32c()) {
                throw place.damaged("its checksum is not the one that the trailer names");
            }
        }
        return cut;
    }

    /** How long ranges are. */
    @FunctionalInterface
    interface Lengths {
        /** From 1 to {@code most}. */
        int of(long offset, int most);
    }

    /**
     * @param offset in the file
     * @param last whether the part ends with it
     */
    record Range(PartEntry part, long offset, int length, boolean last) {
        Place place(S3Arn file) {
            return Place.part(file, part.number());
        }
    }

    /**
     * The frames that are whole with a range.
     *
     * @param offset in the file of the first of them
     */
    record Cut(Range range, long offset, FrameSplitter.Whole frames) {

        /** Visits the frames in order. */
        void forEach(Place place, FrameVisitor visitor) {
            long at = offset;
            Frame across = frames.across();
            if (across != null) {
                visitor.visit(at, across);
                at += across.length();
            }
            ByteBuffer bytes = frames.bytes().duplicate();
            for (Frame frame = Frame.next(place, bytes); frame != null; frame = Frame.next(place, bytes)) {
                visitor.visit(at, frame);
                at += frame.length();
            }
        }

        private long end() {
            Frame across = frames.across();
            return offset
                    + (across == null ? 0 : across.length())
                    + frames.bytes().remaining();
        }
    }

    /** Is shown one frame after the other. */
    @FunctionalInterface
    interface FrameVisitor {
        /** @param offset of the frame in the file */
        void visit(long offset, Frame frame);
    }
}
