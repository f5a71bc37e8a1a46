package io.bakstripe.worker.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one part, which come in ranges of any size, into frames. What is left of a range is copied and kept: less than one frame. Not
 * thread-safe.
 */
public final class FrameSplitter {
    private final Place place;
    private ByteBuffer rest = ByteBuffer.allocate(0);

    public FrameSplitter(Place place) {
        this.place = place;
    }

    /** The frames that are whole with these bytes, in order; they share the bytes. */
    public List<Frame> feed(ByteBuffer range) {
        List<Frame> frames = new ArrayList<>();
        Whole whole = cut(range);
        if (whole.across() != null) {
            frames.add(whole.across());
        }
        ByteBuffer bytes = whole.bytes();
        for (Frame frame = Frame.next(place, bytes); frame != null; frame = Frame.next(place, bytes)) {
            frames.add(frame);
        }
        return frames;
    }

    /** As {@link #feed}, without a list: frames may be so small that a list of them takes more memory than they do. */
    public Whole cut(ByteBuffer range) {
        ByteBuffer bytes = range.duplicate();
        Frame across = null;
        if (rest.hasRemaining()) {
            across = completeRest(bytes);
            if (across == null) {
                return new Whole(null, ByteBuffer.allocate(0));
            }
            rest = ByteBuffer.allocate(0);
        }
        int begin = bytes.position();
        int length = Frame.peekLength(place, bytes);
        while (length > 0 && length <= bytes.remaining()) {
            bytes.position(bytes.position() + length);
            length = Frame.peekLength(place, bytes);
        }
        ByteBuffer whole = bytes.slice(begin, bytes.position() - begin);
        rest = copyOf(bytes, bytes.remaining());
        return new Whole(across, whole);
    }

    /**
     * What a range completes.
     *
     * @param across the frame that began in an earlier range
     * @param bytes whole frames, to be read by {@link Frame#next}
     */
    public record Whole(@Nullable Frame across, ByteBuffer bytes) {}

    /** Checks that the part ended with a whole frame; throws {@code FILE_DAMAGED} otherwise. */
    public void finish() {
        if (rest.hasRemaining()) {
            throw place.damaged("the part ends within a frame");
        }
    }

    private @Nullable Frame completeRest(ByteBuffer bytes) {
        if (rest.remaining() < Layout.FRAME_HEADER_BYTES) {
            take(bytes, Layout.FRAME_HEADER_BYTES);
        }
        int length = Frame.peekLength(place, rest);
        if (length == 0) {
            return null;
        }
        take(bytes, length);
        return Frame.next(place, rest);
    }

    /** Lets the rest grow up to {@code wanted} bytes, as far as {@code bytes} has them. */
    private void take(ByteBuffer bytes, int wanted) {
        int more = Math.min(wanted - rest.remaining(), bytes.remaining());
        if (more <= 0) {
            return;
        }
        ByteBuffer grown =
                ByteBuffer.allocate(rest.remaining() + more).put(rest).put(copyOf(bytes, more));
        rest = grown.flip();
    }

    private static ByteBuffer copyOf(ByteBuffer bytes, int length) {
        byte[] copy = new byte[length];
        bytes.get(copy);
        return ByteBuffer.wrap(copy);
    }
}
