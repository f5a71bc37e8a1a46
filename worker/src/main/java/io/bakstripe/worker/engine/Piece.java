package io.bakstripe.worker.engine;

import io.bakstripe.protocol.stripe.ExtentKind;
import java.nio.ByteBuffer;

/**
 * Bytes that were read for (a part of) an extent, at most about 1 MiB.
 *
 * @param path relative to the data directory
 * @param offset of the first byte in the file
 * @param content what was read, from its beginning to its limit; empty for directories, empty files and vanished files; neither it nor its position is
 *     to be changed
 */
public record Piece(ExtentKind kind, String path, long offset, ByteBuffer content, State state) {
    /** A piece of these bytes, which are shared and not to be changed. */
    public Piece(ExtentKind kind, String path, long offset, byte[] bytes, State state) {
        this(kind, path, offset, ByteBuffer.wrap(bytes), state);
    }

    /** Bytes that were read. */
    public int length() {
        return content.limit();
    }

    /** A copy of what was read. */
    public byte[] bytes() {
        byte[] copy = new byte[length()];
        content.get(0, copy);
        return copy;
    }

    /** What became of the bytes that were asked for. */
    public enum State {
        /** All of them are here. */
        WHOLE,
        /** The file ends here: it was truncated after it was listed. Later pieces of the extent are left out. */
        SHORT,
        /** The file was removed after it was listed. */
        VANISHED
    }
}
