package io.bakstripe.worker.engine;

import io.bakstripe.protocol.stripe.Extent;
import java.util.Optional;

/**
 * A file or directory that a backup is to give back.
 *
 * @param extent all of it: of a file from 0 to the size that it was listed with
 * @param changed of a file of which the backup is to hold only some blocks, which is a differential's: these blocks; everything else is as the base has it
 */
public record Listed(Extent extent, Optional<BlockRuns> changed) {
    /** What the backup is to hold whole. */
    public static Listed whole(Extent extent) {
        return new Listed(extent, Optional.empty());
    }

    /** A file of which the backup is to hold these blocks. */
    public static Listed changed(Extent extent, BlockRuns blocks) {
        return new Listed(extent, Optional.of(blocks));
    }
}
