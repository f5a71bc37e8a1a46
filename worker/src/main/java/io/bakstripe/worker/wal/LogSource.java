package io.bakstripe.worker.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the bytes of a log's segments come from. */
@FunctionalInterface
public interface LogSource {
    /**
     * Reads from a segment until the buffer is full or the segment ends; nothing when there is no such segment.
     *
     * @param file the segment's name, without a directory
     * @param from where in the file to begin
     */
    void read(String file, int from, ByteBuffer into) throws IOException;
}
