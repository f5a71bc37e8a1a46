package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a backup set when the engine's backup has been opened.
 *
 * @param engine for example {@code postgresql}
 * @param engineVersion as restores compare it, for PostgreSQL the major version, for example {@code 18}
 * @param systemIdentifier of the server, as decimal text
 * @param timeline of the server's log
 * @param firstLsn where roll forward begins (PostgreSQL: the redo point of the start checkpoint)
 * @param segmentBytes size of one log segment
 * @param timeZone of the instance (row L2)
 * @param dbname the database inside the server that its declared connection names
 * @param recoveryFork identifies the history since the last opening, once one was minted
 */
public record StartFacts(
        String engine,
        String engineVersion,
        String systemIdentifier,
        int timeline,
        Lsn firstLsn,
        int segmentBytes,
        String timeZone,
        String dbname,
        Optional<String> recoveryFork,
        Instant startedAt) {}
