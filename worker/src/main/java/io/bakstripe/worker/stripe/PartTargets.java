package io.bakstripe.worker.stripe;

import java.util.function.IntUnaryOperator;

/**
 * At which size the parts of one plan are full: as their numbers say, but the last two are one. No part but a file's last may be smaller than 5 MiB, so
 * that a small rest would be stored with more padding than data. What is left can only be guessed, from how well the part before was compressed: a
 * wrong guess costs padding and nothing else.
 *
 * @param usual the size by the part's number
 * @param most what a part may be at all, of a size that is wished for
 * @param planBytes plain bytes that the stream is about to bring; 0 when that is not known
 * @param joinUpTo the last number of a part that may be larger than usual
 */
record PartTargets(IntUnaryOperator usual, IntUnaryOperator most, long planBytes, int joinUpTo) {
    /** Beside larger parts padding does not show. */
    private static final int JOIN_BYTES = 64 << 20;

    /** How many usual parts are joined. */
    private static final int JOINED = 2;

    /** What the last part may take of what was guessed. */
    private static final double MARGIN = 1.25;

    /**
     * The size at which a part is full.
     *
     * @param before plain bytes that this stream has brought before this part
     * @param lastPlain those of them that were in the last part
     * @param lastStored what the last part has become
     */
    int bytes(int number, long before, long lastPlain, long lastStored) {
        int full = usual.applyAsInt(number);
        long left = planBytes - before;
        if (left <= 0 || lastPlain <= 0 || full > JOIN_BYTES || number > joinUpTo) {
            return full;
        }
        double stored = (double) left / lastPlain * lastStored;
        return stored <= JOINED * (double) full ? most.applyAsInt((int) Math.max(full, MARGIN * stored)) : full;
    }
}
