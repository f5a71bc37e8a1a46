package io.bakstripe.worker.engine;

import io.bakstripe.protocol.stripe.Extent;
import java.util.BitSet;
import java.util.Optional;

/**
 * Some blocks of a file, of which those that lie side by side are one run. Takes a bit for each block of the file, so that it does not matter how many
 * runs there are. Immutable.
 */
public final class BlockRuns {
    private final BitSet blocks;
    private final int blockBytes;
    private final int from;
    private final int to;
    private final int count;

    /**
     * @param blocks belong to this object from now on
     * @param blockBytes size of one block
     */
    public BlockRuns(BitSet blocks, int blockBytes) {
        this(blocks, blockBytes, 0, blocks.length());
    }

    private BlockRuns(BitSet blocks, int blockBytes, int from, int to) {
        this.blocks = blocks;
        this.blockBytes = blockBytes;
        this.from = from;
        this.to = to;
        int found = 0;
        for (int begin = blocks.nextSetBit(from); begin >= 0 && begin < to; ) {
            int end = end(begin);
            found += end - begin;
            begin = blocks.nextSetBit(end);
        }
        this.count = found;
    }

    /** Bytes of all runs. */
    public long bytes() {
        return (long) count * blockBytes;
    }

    /**
     * The first run that begins at this offset or behind it, as an extent of the file; empty when there is none.
     *
     * @param offset in the file
     */
    public Optional<Extent> next(String path, long offset) {
        long first = Math.max(from, (offset + blockBytes - 1) / blockBytes);
        int begin = first >= to ? -1 : blocks.nextSetBit((int) first);
        return begin < 0 || begin >= to
                ? Optional.empty()
                : Optional.of(Extent.file(path, (long) begin * blockBytes, (long) (end(begin) - begin) * blockBytes));
    }

    /**
     * A part of these runs as if they lay end to end.
     *
     * @param skip bytes to leave out, a multiple of a block
     * @param length bytes to take, a multiple of a block
     */
    public BlockRuns part(long skip, long length) {
        if (skip % blockBytes != 0 || length % blockBytes != 0) {
            throw new IllegalArgumentException("blocks of " + blockBytes + " are not cut: " + skip + "+" + length);
        }
        int begin = position(skip / blockBytes);
        int end = position((skip + length) / blockBytes);
        return new BlockRuns(blocks, blockBytes, begin, end);
    }

    /** The block behind so many blocks of these runs. */
    private int position(long blocksBefore) {
        long left = blocksBefore;
        int at = from;
        while (left > 0) {
            int begin = blocks.nextSetBit(at);
            if (begin < 0 || begin >= to) {
                throw new IllegalArgumentException("there are no " + blocksBefore + " blocks");
            }
            long taken = Math.min(left, end(begin) - begin);
            left -= taken;
            at = (int) (begin + taken);
        }
        return at;
    }

    private int end(int begin) {
        return Math.min(to, blocks.nextClearBit(begin));
    }
}
