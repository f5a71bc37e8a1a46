package io.bakstripe.worker.key;

import java.util.Arrays;
import java.util.function.Function;

/**
 * A data key in the clear, 256 bits, for as long as files are encrypted or opened with it. Whoever has it closes it: its bytes are then gone from here.
 * It is neither printed nor serialised. What libraries copy while they work, a cipher's own key schedule for example, is theirs to forget. Thread-safe.
 */
public final class DataKey implements AutoCloseable {
    public static final int BYTES = 32;

    private final byte[] bytes;
    private boolean closed;

    private DataKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes 32 bytes over: they are gone from the array that was given, also when it is refused for its length. */
    public static DataKey takeOver(byte[] given) {
        try {
            if (given.length != BYTES) {
                throw new IllegalArgumentException("a data key of " + given.length + " bytes");
            }
            return new DataKey(given.clone());
        } finally {
            Arrays.fill(given, (byte) 0);
        }
    }

    /** Shows the bytes to some work, which must not keep the array: it is wiped when the work returns. {@link IllegalStateException} once closed. */
    public <T> T use(Function<byte[], T> work) {
        byte[] copy = copy();
        try {
            return work.apply(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    private synchronized byte[] copy() {
        if (closed) {
            throw new IllegalStateException("the data key is closed");
        }
        return bytes.clone();
    }

    /** Wipes it; closing it again does nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "DataKey[***]";
    }
}
