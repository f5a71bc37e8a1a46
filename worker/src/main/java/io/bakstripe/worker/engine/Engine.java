package io.bakstripe.worker.engine;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

    /**
     * Checks everything that a backup needs without starting one, as far as the server can tell: what a differential or a log goes on from is still its own.
     * Throws {@code NO_DIFFERENTIAL_BASE} or {@code LOG_CHAIN_BROKEN} when it is not.
     */
    SourceFacts inspect(SourceAddress address, BackupOrder order);

    /**
     * Looks at everything that a backup needs and that people should know of; what keeps it from the server is a finding, not an exception.
     *
     * @param keepsLog whether the database's log is to be backed up (recovery model full)
     */
    Examination examine(SourceAddress address, DatabaseRef database, DatabaseName display, boolean keepsLog);

    /**
     * Opens a backup and holds it open, with the log it needs, until the hold is closed or its connection is lost. A log backup is read from what the server
     * keeps until {@link #giveBack}.
     *
     * <p>Throws {@code NO_DIFFERENTIAL_BASE} when the server is not the one, or not on the history, that the base was made on, and {@code LOG_CHAIN_BROKEN}
     * when it cannot give the log from where the chain ends.
     */
    BackupHold open(SourceAddress address, BackupOrder order);

    /**
     * Takes up a backup that was stopped and whose hold was lost: keeps the log of its span again and says what is to be stored besides the data, the
     * same, in the same order, as its {@link BackupHold#stop()} said. The hold is good for {@link BackupHold#stop()}, which answers at once, {@link
     * BackupHold#verifyOpen()} and {@link BackupHold#close()}. Log that the server was free to remove when this was called may still go after it; a reader
     * finds that.
     *
     * @param stopped what was recorded of the stop
     * @param inline the small files of the closing plan that were recorded with it
     * @throws io.bakstripe.protocol.error.BakstripeException {@code WAL_GONE} when the log is not whole any more, {@code SESSION_LOST} when it is not
     *     the same server on the same history, anything else when another try may succeed
     */
    BackupHold resume(
            SourceAddress address, BackupOrder order, StartFacts start, StopFacts stopped, List<Extent> inline);

    /**
     * The server need not keep log any longer that is older than {@code published}, for the chain of this database. Safe to repeat; when nothing is kept for
     * it (any more), nothing happens.
     */
    void giveBack(SourceAddress address, DatabaseRef database, DatabaseName display, Lsn published);

    /** Opens a reader; any number may read the same backup, from any node. */
    ExtentReader reader(SourceAddress address, DatabaseName display);

    /**
     * Opens a reader of single pages, for those that a {@link PageCheck} of this engine suspects.
     *
     * @param start of the backup that they are read for
     */
    PageReader pageReader(SourceAddress address, DatabaseName display, StartFacts start);

    /**
     * Where a database is and how to log in there.
     *
     * @param password masked in {@link #toString()}
     * @param recoveryFork the history that a managed server is on; empty where nobody knows
     */
    record SourceAddress(String jdbcUrl, String user, String password, Optional<String> recoveryFork) {
        /** Of a server of which nobody knows what history it is on. */
        public SourceAddress(String jdbcUrl, String user, String password) {
            this(jdbcUrl, user, password, Optional.empty());
        }

        @Override
        public String toString() {
            return "SourceAddress[" + user + "@" + jdbcUrl + "]";
        }
    }

    /** @param estimatedBytes as of {@link SourceFacts}; empty when the server could not be asked */
    record Examination(List<Finding> findings, OptionalLong estimatedBytes) {
        public Examination {
            findings = List.copyOf(findings);
        }
    }

    /** @param estimatedBytes a lower estimate of what the backup would read */
    record SourceFacts(String engineVersion, String systemIdentifier, long estimatedBytes) {}
}
