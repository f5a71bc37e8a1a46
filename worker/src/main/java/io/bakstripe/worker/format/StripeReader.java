package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads what a file says of itself, header and trailer, and checks that its statements agree. */
public final class StripeReader {
    private static final int MIN_PART_BYTES = Layout.FRAME_HEADER_BYTES;
    private static final int MIN_FIRST_PART_BYTES = Layout.PREAMBLE_BYTES + Layout.FRAME_HEADER_BYTES;

    /** What the smallest frame that holds anything takes in a file. */
    private static final int MIN_FULL_FRAME_BYTES = Layout.FRAME_HEADER_BYTES + Layout.ALIGNMENT;

    private StripeReader() {}

    /**
     * Reads the header.
     *
     * @param begin the bytes after the preamble, at least the whole HEADER frame
     */
    public static StripeHeader header(S3Arn file, Preamble preamble, ByteBuffer begin) {
        Place place = new Place(file, "header");
        Frame frame = frame(place, begin, FrameType.HEADER);
        StripeHeader header = StripeJson.decode(place, StripeHeader.class, frame.payload(place));
        boolean agree = header.setId().equals(preamble.setId())
                && header.family() == preamble.family()
                && header.families() == preamble.families();
        if (!agree) {
            throw place.damaged("the header is not of the stripe that the preamble names");
        }
        return header;
    }

    /**
     * Reads the trailer.
     *
     * @param bytes the TRAILER frame
     */
    public static StripeTrailer trailer(S3Arn file, Preamble preamble, Footer footer, ByteBuffer bytes) {
        Place place = new Place(file, "trailer");
        Frame frame = frame(place, bytes, FrameType.TRAILER);
        StripeTrailer trailer = Trailers.decode(place, frame.payload(place));
        boolean agree = frame.length() == footer.trailerBytes()
                && preamble.isOf(footer.mode(), footer.setId(), footer.family(), footer.families())
                && preamble.isOf(preamble.mode(), trailer.setId(), trailer.family(), trailer.families());
        if (!agree) {
            throw place.damaged("the file's end is not of the stripe that its beginning names");
        }
        StopFacts stop = trailer.stop();
        if (stop.files() < 0 || stop.plainBytes() < 0 || stop.damagedPages().orElse(0L) < 0) {
            throw place.damaged("the set claims a negative size");
        }
        checkIndex(place, footer, trailer);
        checkManifest(place, footer, trailer);
        return trailer;
    }

    /**
     * The footer that a file of the authenticated mode would have, were nothing in it sealed: positions and lengths are then those of the trailer's index.
     *
     * @param sealed the footer as it is stored
     * @param trailer the TRAILER frame, opened
     */
    public static Footer plainFooter(S3Arn file, Footer sealed, ByteBuffer trailer) {
        Place place = new Place(file, "trailer");
        Frame frame = frame(place, trailer, FrameType.TRAILER);
        if (frame.length() != trailer.remaining()) {
            throw place.damaged("more than the trailer is sealed in the last part");
        }
        long end = 0;
        for (PartEntry part : Trailers.decode(place, frame.payload(place)).parts()) {
            if (part.storedBytes() < 0 || part.storedBytes() > sealed.trailerOffset() - end) {
                throw place.damaged("the index of parts does not fit into the file");
            }
            end += part.storedBytes();
        }
        return new Footer(
                sealed.mode(),
                sealed.setId(),
                sealed.family(),
                sealed.families(),
                end,
                frame.length(),
                sealed.lastPart());
    }

    private static Frame frame(Place place, ByteBuffer bytes, FrameType expected) {
        Frame frame = Frame.next(place, bytes.duplicate());
        if (frame == null || frame.type() != expected) {
            throw place.damaged("there is no " + expected + " frame");
        }
        return frame;
    }

    private static void checkIndex(Place place, Footer footer, StripeTrailer trailer) {
        long offset = 0;
        int number = 0;
        for (PartEntry part : trailer.parts()) {
            number++;
            boolean follows = part.number() == number
                    && part.offset() == offset
                    && part.storedBytes() >= (number == 1 ? MIN_FIRST_PART_BYTES : MIN_PART_BYTES)
                    && part.storedBytes() <= footer.trailerOffset() - offset
                    && part.storedBytes() % Layout.ALIGNMENT == 0
                    && part.plainBytes() >= 0
                    && part.plainBytes() <= mostPlainBytes(part.storedBytes());
            if (!follows) {
                throw place.damaged("the index of parts is wrong at part " + number);
            }
            offset += part.storedBytes();
        }
        if (offset != footer.trailerOffset() || number >= Layout.MAX_PARTS || number == 0) {
            throw place.damaged("the index of parts does not cover the file");
        }
    }

    private static void checkManifest(Place place, Footer footer, StripeTrailer trailer) {
        long end = Layout.PREAMBLE_BYTES;
        for (FrameRun run : trailer.manifestPages().orElse(List.of())) {
            boolean follows = run.offset() >= end
                    && run.length() >= Layout.FRAME_HEADER_BYTES
                    && run.length() <= footer.trailerOffset() - run.offset();
            if (!follows) {
                throw place.damaged("the index of manifest pages is wrong at " + run.offset());
            }
            end = run.end();
        }
    }

    /** More than this cannot be in a part, however well it is compressed; also keeps sums over all parts of a file from overflowing. */
    private static long mostPlainBytes(long storedBytes) {
        return storedBytes / MIN_FULL_FRAME_BYTES * FrameType.DATA.maxPayloadBytes();
    }
}
