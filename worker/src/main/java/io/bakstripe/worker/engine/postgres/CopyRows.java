package io.bakstripe.worker.engine.postgres;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes apart the binary stream of a COPY of rows (int4, bytea) that arrives in pieces of any size. Throws {@link IllegalArgumentException} on
 * anything that is not such a stream; it is of no use after that.
 */
final class CopyRows {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int HEADER_BYTES = SIGNATURE.length + 2 * Integer.BYTES;
    private static final int NULL = -1;

    private final int maxValueBytes;
    private ByteBuffer unread = ByteBuffer.allocate(0);
    private boolean begun;
    private boolean ended;

    /** @param maxValueBytes longer values are refused before memory is taken for them */
    CopyRows(int maxValueBytes) {
        this.maxValueBytes = maxValueBytes;
    }

    /** Adds what arrived; the array belongs to this object from now on. */
    void feed(byte[] arrived) {
        if (!unread.hasRemaining()) {
            unread = ByteBuffer.wrap(arrived);
            return;
        }
        ByteBuffer both = ByteBuffer.allocate(unread.remaining() + arrived.length);
        unread = both.put(unread).put(arrived).flip();
    }

    /** The next row that has arrived whole; null when there is none yet or none any more. */
    @Nullable Row poll() {
        if (!begun && !begin()) {
            return null;
        }
        if (ended || unread.remaining() < Short.BYTES) {
            return null;
        }
        int start = unread.position();
        short fields = unread.getShort(start);
        if (fields == -1) {
            ended = true;
            return null;
        }
        require(fields == 2, "a row has " + fields + " fields");
        int numberAt = start + Short.BYTES + Integer.BYTES;
        int lengthAt = numberAt + Integer.BYTES;
        int valueAt = lengthAt + Integer.BYTES;
        if (unread.limit() < valueAt) {
            return null;
        }
        require(unread.getInt(start + Short.BYTES) == Integer.BYTES, "the first field is no int4");
        int length = unread.getInt(lengthAt);
        require(length >= NULL && length <= maxValueBytes, "a value has " + length + " bytes");
        int number = unread.getInt(numberAt);
        if (length == NULL) {
            unread.position(valueAt);
            return new Row(number, null);
        }
        if (unread.limit() - valueAt < length) {
            return null;
        }
        unread.position(valueAt + length);
        return new Row(number, unread.slice(valueAt, length));
    }

    /** True once the stream's end mark has arrived. */
    boolean ended() {
        return ended;
    }

    private boolean begin() {
        if (unread.remaining() < HEADER_BYTES) {
            return false;
        }
        for (byte expected : SIGNATURE) {
            require(unread.get() == expected, "the signature is wrong");
        }
        unread.getInt();
        int extension = unread.getInt();
        require(extension == 0, "the header has an extension of " + extension + " bytes");
        begun = true;
        return true;
    }

    private static void require(boolean holds, String complaint) {
        if (!holds) {
            throw new IllegalArgumentException("not the COPY stream that was asked for: " + complaint);
        }
    }

    /** @param value a view of what arrived, from its beginning to its limit; null when the server gave NULL */
    record Row(int number, @Nullable ByteBuffer value) {}
}
