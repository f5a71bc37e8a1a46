package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;

/**
 * What is known of a backup set when the engine's backup has been stopped.
 *
 * @param lastLsn the first position after the set: restoring it needs the log up to here
 * @param files entries in the manifest
 * @param plainBytes of all extents of both plans
 */
public record StopFacts(Lsn lastLsn, Instant stoppedAt, long files, long plainBytes) {}
