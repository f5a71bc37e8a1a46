package io.bakstripe.worker.engine;

import io.bakstripe.protocol.name.DatabaseName;

/**
 * A kind of database server that can be backed up by reading from it (pull). Engines that push their own streams get a second SPI beside this one.
 *
 * <p>All methods here and in the types below block; callers run them on the blocking dispatcher. They throw {@code BakstripeException}: {@code
 * DATABASE_UNREACHABLE}, {@code DATABASE_LOGIN_REFUSED}, {@code GRANT_MISSING}, {@code WAL_LEVEL_TOO_LOW}, {@code WAL_GONE}, {@code SESSION_LOST}
 * or {@code ENGINE_FAILED} with the server's text.
 */
public interface Engine {
    /** The name that instance definitions use, for example {@code postgresql}. */
    String name();

    /** Checks everything a full backup needs without starting one. */
    SourceFacts inspect(SourceAddress address, DatabaseName display);

    /** Opens a full backup and holds it open, with the log it needs, until the hold is closed or its connection is lost. */
    BackupHold open(SourceAddress address, DatabaseName display, String label);

    /** Opens a reader; any number may read the same backup, from any node. */
    ExtentReader reader(SourceAddress address, DatabaseName display);

    /**
     * Where a database is and how to log in there.
     *
     * @param password masked in {@link #toString()}
     */
    record SourceAddress(String jdbcUrl, String user, String password) {
        @Override
        public String toString() {
            return "SourceAddress[" + user + "@" + jdbcUrl + "]";
        }
    }

    /** @param estimatedBytes a lower estimate of what a full backup would read */
    record SourceFacts(String engineVersion, String systemIdentifier, long estimatedBytes) {}
}
