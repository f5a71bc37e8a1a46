package io.bakstripe.worker.restore;

/**
 * Knows of files that are written in blocks of which some are left out how many bytes of each were written, and whether any were written twice. Thread-safe.
 * Takes a bit for each block and about 90 bytes a file.
 */
final class BlockLedger {
    private static final int BLOCK_BYTES = 8192;

    /** In the number that says what is wrong with a file. */
    private static final long TWICE = 1;

    private static final long BETWEEN_BLOCKS = 2;

    private final LongTable bytes = new LongTable();
    private final LongTable ends = new LongTable();
    private final LongTable blocks = new LongTable();
    private final LongTable faults = new LongTable();

    /** A piece of the file was written. */
    void add(String path, long offset, int length) {
        long file = PathHash.of(path);
        bytes.add(file, length);
        ends.raise(file, length == 0 ? 0 : offset + length);
        if (offset % BLOCK_BYTES != 0 || length % BLOCK_BYTES != 0) {
            faults.set(file, BETWEEN_BLOCKS);
            return;
        }
        long end = (offset + length) / BLOCK_BYTES;
        long at = offset / BLOCK_BYTES;
        while (at < end) {
            long word = at / Long.SIZE;
            long bits = 0;
            for (; at < end && at / Long.SIZE == word; at++) {
                bits |= 1L << (at % Long.SIZE);
            }
            if (blocks.set(PathHash.place(file, word), bits) != 0) {
                faults.set(file, TWICE);
            }
        }
    }

    /** Whether the pieces of the file are whole blocks, {@code size} bytes together, none of them twice. */
    boolean holds(String path, long size) {
        long file = PathHash.of(path);
        return bytes.get(file) == size && faults.get(file) == 0;
    }

    /** Behind the last byte that was written of the file; 0 when none was. */
    long end(String path) {
        return ends.get(PathHash.of(path));
    }

    /** Whether anything of the file was written. */
    boolean knows(String path) {
        return bytes.has(PathHash.of(path));
    }
}
