package io.bakstripe.worker.engine.postgres;

import java.util.BitSet;
import java.util.Optional;

/** What a server says has changed since a base was begun. */
interface Changes {
    /**
     * The blocks of a file that may differ from the base's, counted from the file's beginning; empty when none of what the base has of it is of use. The set
     * belongs to the caller.
     *
     * @param blocks that the file has
     * @param baseBlocks whole blocks that the base has of it; everything behind them differs
     */
    Optional<BitSet> of(RelationFile file, int blocks, int baseBlocks);
}
