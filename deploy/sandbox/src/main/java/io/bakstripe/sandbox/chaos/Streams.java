package io.bakstripe.sandbox.chaos;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Ways of the bytes of a body. */
final class Streams {
    private static final int BUFFER = 64 * 1024;

    private Streams() {}

    /** Copies exactly so many bytes; {@link EOFException} when there are fewer. */
    static void copy(InputStream in, OutputStream out, long length) throws IOException {
        copyFlipping(in, out, length, -1, 0);
    }

    /**
     * Copies exactly so many bytes and flips one bit on the way.
     *
     * @param flipped offset of the byte; outside the length for none
     */
    static void copyFlipping(InputStream in, OutputStream out, long length, long flipped, int bit) throws IOException {
        byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, length))];
        long done = 0;
        while (done < length) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, length - done));
            if (read < 0) {
                throw new EOFException("the body ended after " + done + " of " + length + " bytes");
            }
            if (flipped >= done && flipped < done + read) {
                buffer[(int) (flipped - done)] ^= (byte) (1 << bit);
            }
            out.write(buffer, 0, read);
            done += read;
        }
        out.flush();
    }
}
