package io.bakstripe.worker.restore;

/**
 * Knows whether the pieces that were written cover each file from its beginning to its end without a gap and without an overlap, in whatever order they
 * came. Thread-safe.
 *
 * <p>For each file it keeps one sum: the end of a piece counts the number that a hash gives to that place, the beginning the same number negatively. What
 * two neighbours have in common cancels out, so the sum of a file that is covered exactly once is that of its two ends; any gap, overlap or repetition
 * leaves something that only chance, one in 2^64, could make up for. That takes about 30 bytes a file.
 */
final class PieceLedger {
    private final LongTable sums = new LongTable();

    /** A piece of the file was written. */
    void add(String path, long offset, int length) {
        if (length > 0) {
            long file = PathHash.of(path);
            sums.add(file, PathHash.place(file, offset + length) - PathHash.place(file, offset));
        }
    }

    /** Whether the pieces of the file cover {@code size} bytes exactly once. */
    boolean covers(String path, long size) {
        long file = PathHash.of(path);
        return sums.get(file) == PathHash.place(file, size) - PathHash.place(file, 0);
    }
}
