package io.bakstripe.worker.restore;

/** Hashes of paths and of places in files, each of 64 bits: only chance, one in 2^64, makes two of them equal. */
final class PathHash {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private PathHash() {}

    /** Of a path. */
    static long of(String path) {
        long hash = GOLDEN;
        for (int index = 0; index < path.length(); index++) {
            hash = (hash ^ path.charAt(index)) * GOLDEN;
            hash ^= hash >>> 32;
        }
        return mix(hash);
    }

    /** Of a place in the file whose path has this hash. */
    static long place(long file, long offset) {
        return mix(file + offset * GOLDEN);
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
