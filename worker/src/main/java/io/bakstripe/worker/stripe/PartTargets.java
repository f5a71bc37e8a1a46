package io.bakstripe.worker.stripe;

import io.bakstripe.worker.format.Layout;
import java.util.function.IntUnaryOperator;

/**
 * At which size the parts of one plan are full: as their numbers say, but the last ones share what is left evenly. No part but a file's last may be
 * smaller than 5 MiB, so that a small rest would be stored with more padding than data. What is left can only be guessed, from how well the plan was
 * compressed so far: a wrong guess costs padding and nothing else.
 *
 * @param usual the size by the part's number
 * @param most what a part may be at all, of a size that is wished for
 * @param planBytes plain bytes that the stream is about to bring; 0 when that is not known
 * @param evenUpTo the last number of a part that may be larger than usual
 */
record PartTargets(IntUnaryOperator usual, IntUnaryOperator most, long planBytes, int evenUpTo) {
    /** Beside larger parts padding does not show. */
    private static final int EVEN_BYTES = 64 << 20;

    /** How much more than the guess the last parts may take. */
    private static final double MARGIN = 1.05;

    /** Two parts that share little more than one and a half would be near the least size, where a wrong guess is padded. */
    private static final double ONE_RATHER_THAN_TWO = 0.15;

    private static final int EXTRA_BYTES = 256 << 10;

    /**
     * The size at which a part is full.
     *
     * @param plainBytes what this stream has brought before this part
     * @param storedBytes what those have become
     */
    int bytes(int number, long plainBytes, long storedBytes) {
        int full = usual.applyAsInt(number);
        long left = planBytes - plainBytes;
        if (left <= 0 || plainBytes <= 0 || full > EVEN_BYTES || number > evenUpTo) {
            return full;
        }
        double stored = MARGIN * left / plainBytes * storedBytes + EXTRA_BYTES;
        long parts = Math.max(1, Math.round(stored / full - ONE_RATHER_THAN_TWO));
        return parts > 2
                ? full
                : most.applyAsInt((int) Math.max(Layout.MIN_PART_BYTES, Math.min(2.0 * full, stored / parts)));
    }
}
