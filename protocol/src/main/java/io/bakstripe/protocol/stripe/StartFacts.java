package io.bakstripe.protocol.stripe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Map;
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
 * @param log of a log backup: what its log covers
 * @param databases of the server when the backup began, by identifier, each with a text that changes when it is made anew, moved or altered; a later
 *     differential needs it. Empty where nobody looked
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
        Instant startedAt,
        Optional<LogSpan> log,
        // Left out where there is nothing, as in the first release's files.
        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        Map<Long, String> databases) {
    public StartFacts {
        // Rows and files of the first release do not have these.
        log = log == null ? Optional.empty() : log;
        databases = databases == null ? Map.of() : Map.copyOf(databases);
    }

    /** Of a data backup of which nothing more is known. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public StartFacts(
            String engine,
            String engineVersion,
            String systemIdentifier,
            int timeline,
            Lsn firstLsn,
            int segmentBytes,
            String timeZone,
            String dbname,
            Optional<String> recoveryFork,
            Instant startedAt) {
        this(
                engine,
                engineVersion,
                systemIdentifier,
                timeline,
                firstLsn,
                segmentBytes,
                timeZone,
                dbname,
                recoveryFork,
                startedAt,
                Optional.empty(),
                Map.of());
    }

    /** The same of an instance in this time zone. */
    public StartFacts in(String zone) {
        return new StartFacts(
                engine,
                engineVersion,
                systemIdentifier,
                timeline,
                firstLsn,
                segmentBytes,
                zone,
                dbname,
                recoveryFork,
                startedAt,
                log,
                databases);
    }

    /** The same on this recovery fork. */
    public StartFacts on(String fork) {
        return new StartFacts(
                engine,
                engineVersion,
                systemIdentifier,
                timeline,
                firstLsn,
                segmentBytes,
                timeZone,
                dbname,
                Optional.of(fork),
                startedAt,
                log,
                databases);
    }
}
