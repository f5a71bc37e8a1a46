package io.bakstripe.worker.restore;

import java.util.Arrays;

/**
 * Knows whether the pieces that were written cover each file from its beginning to its end without a gap and without an overlap, in whatever order they
 * came. Thread-safe.
 *
 * <p>For each file it keeps one sum: the end of a piece counts the number that a hash gives to that place, the beginning the same number negatively. What
 * two neighbours have in common cancels out, so the sum of a file that is covered exactly once is that of its two ends; any gap, overlap or repetition
 * leaves something that only chance, one in 2^64, could make up for. That takes about 30 bytes a file.
 */
final class PieceLedger {
    private static final int SHARDS = 64;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Shard[] shards = new Shard[SHARDS];

    PieceLedger() {
        Arrays.setAll(shards, index -> new Shard());
    }

    /** A piece of the file was written. */
    void add(String path, long offset, int length) {
        if (length > 0) {
            long file = file(path);
            shard(file).add(file, place(file, offset + length) - place(file, offset));
        }
    }

    /** Whether the pieces of the file cover {@code size} bytes exactly once. */
    boolean covers(String path, long size) {
        long file = file(path);
        return shard(file).sum(file) == place(file, size) - place(file, 0);
    }

    private Shard shard(long file) {
        return shards[(int) (file >>> 58)];
    }

    private static long file(String path) {
        long hash = GOLDEN;
        for (int index = 0; index < path.length(); index++) {
            hash = (hash ^ path.charAt(index)) * GOLDEN;
            hash ^= hash >>> 32;
        }
        long mixed = mix(hash);
        // 0 marks a free slot.
        return mixed == 0 ? 1 : mixed;
    }

    private static long place(long file, long offset) {
        return mix(file + offset * GOLDEN);
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** A table of sums by hash, open addressing. */
    private static final class Shard {
        private long[] files = new long[16];
        private long[] sums = new long[16];
        private int used;

        synchronized void add(long file, long more) {
            if (used * 2 >= files.length) {
                grow();
            }
            int slot = slot(file);
            if (files[slot] == 0) {
                files[slot] = file;
                used++;
            }
            sums[slot] += more;
        }

        synchronized long sum(long file) {
            return sums[slot(file)];
        }

        private int slot(long file) {
            int mask = files.length - 1;
            int slot = (int) file & mask;
            while (files[slot] != 0 && files[slot] != file) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private void grow() {
            long[] oldFiles = files;
            long[] oldSums = sums;
            files = new long[oldFiles.length * 2];
            sums = new long[oldFiles.length * 2];
            for (int index = 0; index < oldFiles.length; index++) {
                if (oldFiles[index] != 0) {
                    int slot = slot(oldFiles[index]);
                    files[slot] = oldFiles[index];
                    sums[slot] = oldSums[index];
                }
            }
        }
    }
}
