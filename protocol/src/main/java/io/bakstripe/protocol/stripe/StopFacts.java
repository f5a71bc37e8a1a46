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
 * @param serverTime by the server's clock, to the microsecond: nothing in the set was committed later; absent where nobody asked
 * @param keptLog of a full backup of a database whose log is backed up, too
 */
public record StopFacts(
        Lsn lastLsn,
        Instant stoppedAt,
        long files,
        long plainBytes,
        Optional<Long> damagedPages,
        Optional<Instant> serverTime,
        Optional<KeptLog> keptLog) {
    public StopFacts {
        // Rows and files of the first release do not have these.
        serverTime = serverTime == null ? Optional.empty() : serverTime;
        keptLog = keptLog == null ? Optional.empty() : keptLog;
    }

    /** Without damage, of a database whose log is not backed up. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public StopFacts(Lsn lastLsn, Instant stoppedAt, long files, long plainBytes) {
        this(lastLsn, stoppedAt, files, plainBytes, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same of a set in which so many pages are damaged. */
    public StopFacts withDamagedPages(long pages) {
        return new StopFacts(
                lastLsn,
                stoppedAt,
                files,
                plainBytes,
                Optional.of(pages).filter(some -> some > 0),
                serverTime,
                keptLog);
    }
}
