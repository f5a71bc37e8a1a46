package io.bakstripe.worker.engine;

import io.bakstripe.protocol.stripe.ExtentKind;

/**
 * Bytes that were read for (a part of) an extent, at most about 1 MiB.
 *
 * @param path relative to the data directory
 * @param offset of the first byte in the file
 * @param bytes what was read; empty for directories, empty files and vanished files; not to be changed
 */
@SuppressWarnings(
        "ArrayRecordComponent") // The bytes go straight into a chunk; a copy would double the traffic of the copy path.
public record Piece(ExtentKind kind, String path, long offset, byte[] bytes, State state) {
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
