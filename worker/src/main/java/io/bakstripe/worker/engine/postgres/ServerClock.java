package io.bakstripe.worker.engine.postgres;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The clock by which a server says when transactions were committed. */
final class ServerClock {
    private static final String NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8";

    private ServerClock() {}

    /** What the server's clock shows now, to the microsecond. */
    static Instant now(PostgresSession session) {
        return Instant.EPOCH.plus(session.one(NOW, row -> row.getLong(1)), ChronoUnit.MICROS);
    }
}
