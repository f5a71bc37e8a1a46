package io.bakstripe.worker.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One frame as it was read, its bounds judged but its checksum not yet: {@link #payload} does that.
 *
 * @param bytes header, stored payload and zeros up to the alignment; not to be changed
 */
public record Frame(FrameType type, ByteBuffer bytes) {
    static final int MAGIC = 0x52464B42; // "BKFR"
    static final int TYPE_AT = 4;
    static final int CODEC_AT = 5;
    static final int FLAGS_AT = 6;
    static final int STORED_AT = 8;
    static final int PLAIN_AT = 12;
    static final int CHECKSUM_AT = 28;

    /** Bytes of the whole frame. */
    public int length() {
        return bytes.remaining();
    }

    /**
     * The whole length of the frame whose first bytes are at {@code bytes}' position, 0 when fewer than a frame header's are there.
     *
     * <p>Throws {@code FILE_DAMAGED} when no frame can begin so or when it is larger than its type allows.
     */
    public static int peekLength(Place place, ByteBuffer bytes) {
        if (bytes.remaining() < Layout.FRAME_HEADER_BYTES) {
            return 0;
        }
        return Layout.FRAME_HEADER_BYTES + Layout.aligned(Peek.of(place, bytes).stored());
    }

    /** The frame at {@code bytes}' position, as a view that shares them; null when not all of it is there. The position is moved behind it. */
    public static @Nullable Frame next(Place place, ByteBuffer bytes) {
        int length = peekLength(place, bytes);
        if (length == 0 || bytes.remaining() < length) {
            return null;
        }
        FrameType type = Peek.of(place, bytes).type();
        ByteBuffer view = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return new Frame(type, view);
    }

    /** The plain payload, once the checksum over everything in this frame is right; throws {@code FILE_DAMAGED} otherwise. */
    public byte[] payload(Place place) {
        ByteBuffer plain = payload(place, ByteBuffer::allocate);
        byte[] copy = new byte[plain.remaining()];
        plain.get(copy);
        return copy;
    }

    /**
     * As {@link #payload(Place)}, but without a copy: a view of this frame's own bytes, or of {@code room} where the payload is decompressed.
     *
     * @param room answers with a buffer that has an array or is direct and holds at least as many bytes as it is asked for, which is never more than
     *     {@link FrameType#maxPayloadBytes()}
     */
    public ByteBuffer payload(Place place, IntFunction<ByteBuffer> room) {
        check(place);
        ByteBuffer header = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int stored = header.getInt(STORED_AT);
        int plain = header.getInt(PLAIN_AT);
        int codec = header.get(CODEC_AT);
        if (codec == Codec.NONE.number() && stored == plain) {
            return bytes.slice(Layout.FRAME_HEADER_BYTES, stored);
        }
        boolean packable = type == FrameType.DATA || type == FrameType.MANIFEST;
        if (codec == Codec.ZSTD.number() && stored < plain && packable) {
            return decompress(place, stored, plain, room.apply(plain));
        }
        throw place.damaged("a " + type + " frame of codec " + codec + " holds " + stored + " bytes for " + plain);
    }

    /** Checks the frame without reading what it holds; throws {@code FILE_DAMAGED} when its checksum is wrong. */
    public void check(Place place) {
        ByteBuffer header = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (header.getInt(CHECKSUM_AT) != checksum(bytes)) {
            throw place.damaged("the checksum of a " + type + " frame is wrong");
        }
        if (header.getShort(FLAGS_AT) != 0) {
            throw place.damaged("a frame has flags that version 1 does not know");
        }
    }

    private ByteBuffer decompress(Place place, int storedBytes, int plainBytes, ByteBuffer target) {
        boolean inPlace = bytes.hasArray();
        byte[] source = inPlace ? bytes.array() : new byte[storedBytes];
        if (!inPlace) {
            bytes.get(Layout.FRAME_HEADER_BYTES, source);
        }
        int from = inPlace ? bytes.arrayOffset() + Layout.FRAME_HEADER_BYTES : 0;
        if (ZstdContexts.decompress(target, plainBytes, source, from, storedBytes) != plainBytes) {
            throw place.damaged("a frame cannot be decompressed");
        }
        return target.slice(0, plainBytes);
    }

    /** CRC32C over the whole frame, its own field taken as zero. */
    static int checksum(ByteBuffer frame) {
        CRC32C sum = new CRC32C();
        sum.update(frame.slice(0, CHECKSUM_AT));
        sum.update(new byte[Integer.BYTES]);
        sum.update(frame.slice(Layout.FRAME_HEADER_BYTES, frame.limit() - Layout.FRAME_HEADER_BYTES));
        return (int) sum.getValue();
    }

    /** What must be known of a frame before memory is taken for it. */
    private record Peek(FrameType type, int stored) {
        static Peek of(Place place, ByteBuffer bytes) {
            ByteBuffer header = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            if (header.getInt(0) != MAGIC) {
                throw place.damaged("no frame begins where one should");
            }
            int number = header.get(TYPE_AT);
            FrameType type =
                    FrameType.of(number).orElseThrow(() -> place.damaged("a frame has the unknown type " + number));
            int stored = header.getInt(STORED_AT);
            int plain = header.getInt(PLAIN_AT);
            int max = type.maxPayloadBytes();
            if (stored < 0 || stored > max || plain < 0 || plain > max) {
                throw place.damaged("a " + type + " frame is larger than " + max + " bytes");
            }
            return new Peek(type, stored);
        }
    }
}
