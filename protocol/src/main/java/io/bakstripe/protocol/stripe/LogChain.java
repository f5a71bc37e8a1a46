package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;

/**
 * How far the log of a database is backed up: what the next log backup goes on from.
 *
 * @param systemIdentifier of the server, as decimal text
 * @param timeline of the server's log
 * @param recoveryFork of the sets of this chain
 * @param firstLsn where the unbroken chain of logs begins
 * @param nextLsn where the next log backup begins: the beginning of a segment
 * @param fence by the server's clock: every moment up to this one is covered
 */
public record LogChain(
        String systemIdentifier, int timeline, String recoveryFork, Lsn firstLsn, Lsn nextLsn, Instant fence) {
    /** The chain with another log behind it. */
    public LogChain extended(Lsn next, Instant newFence) {
        return new LogChain(systemIdentifier, timeline, recoveryFork, firstLsn, next, newFence);
    }
}
