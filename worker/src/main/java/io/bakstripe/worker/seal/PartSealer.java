package io.bakstripe.worker.seal;

import java.util.Arrays;

/**
 * Seals the parts of one file in the order in which they are made: {@link #begin}, {@link #add} as often as there are bytes, {@link #end}, and from the beginning with the
 * next part. Used by one thread at a time.
 */
public interface PartSealer {
    /**
     * A part begins.
     *
     * @param number from 1
     * @param last whether the file ends with it
     */
    void begin(int number, boolean last);

    /** Takes bytes of the part, which are not changed; gives those bytes of the sealed part that are ready, maybe none. */
    byte[] add(byte[] plain);

    /** Ends the part; gives the rest of its bytes. */
    Tail end();

    /** The last part, whole. */
    default byte[] last(int number, byte[] plain) {
        begin(number, true);
        byte[] most = add(plain);
        byte[] tail = end().bytes();
        byte[] all = Arrays.copyOf(most, most.length + tail.length);
        System.arraycopy(tail, 0, all, most.length, tail.length);
        return all;
    }

    /**
     * The end of a sealed part.
     *
     * @param bytes that follow those given before, maybe none
     * @param carry what the sealer of the next part has to be told when it is another one, in base64; empty where parts do not depend on one another
     */
    @SuppressWarnings("ArrayRecordComponent") // Made once, read once.
    record Tail(byte[] bytes, String carry) {}
}
