package io.bakstripe.protocol.stripe;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a backup set when the engine's backup has been stopped.
 *
 * @param lastLsn the first position after the set: restoring it needs the log up to here
 * @param files entries in the manifest
 * @param plainBytes of all extents of both plans
 * @param damagedPages pages that are stored although their checksums are wrong; absent when there are none
 */
public record StopFacts(Lsn lastLsn, Instant stoppedAt, long files, long plainBytes, Optional<Long> damagedPages) {
    /** Without damage. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public StopFacts(Lsn lastLsn, Instant stoppedAt, long files, long plainBytes) {
        this(lastLsn, stoppedAt, files, plainBytes, Optional.empty());
    }

    /** The same of a set in which so many pages are damaged. */
    public StopFacts withDamagedPages(long pages) {
        return new StopFacts(
                lastLsn, stoppedAt, files, plainBytes, Optional.of(pages).filter(some -> some > 0));
    }
}
