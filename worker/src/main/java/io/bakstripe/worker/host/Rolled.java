package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.wal.LogLayout;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far the log of a database that is RESTORING is proven, and with that how far it will be rolled forward when it is opened.
 *
 * @param writer system identifier of the server that wrote it, unsigned
 * @param timeline of the log
 * @param layout how the log is cut
 * @param end the first position behind the last record that is to be replayed
 * @param lastRecord where that record begins
 * @param logs false when no log was restored since the last data backup, so that {@code end} is the end of that one
 * @param stopped whether {@code end} is the end of a transaction that is to be left out
 * @param lastCommit by the source's clock: the latest moment at which anything before {@code end} was committed; empty when nobody knows
 * @param limits that a server needs which can be read while it rolls forward
 */
record Rolled(
        long writer,
        int timeline,
        LogLayout layout,
        Lsn end,
        Lsn lastRecord,
        boolean logs,
        boolean stopped,
        Optional<Instant> lastCommit,
        ServerLimits limits) {

    /** The same with more log behind it. */
    Rolled onwards(LogFindings found) {
        Optional<Instant> latest =
                Stream.concat(lastCommit.stream(), found.lastCommit().stream()).max(Instant::compareTo);
        return new Rolled(
                writer,
                timeline,
                layout,
                found.end(),
                found.lastRecord(),
                true,
                found.stopped(),
                latest,
                limits.and(found.limits()));
    }

    /** As it is told to the database's coordinator. */
    RolledTo told() {
        return new RolledTo(end, lastCommit, stopped);
    }

    /** What a server is to be told that is to roll forward to here and open. */
    RecoveryTarget target() {
        if (!logs) {
            return RecoveryTarget.endOfBackup();
        }
        return stopped ? RecoveryTarget.before(end) : RecoveryTarget.through(lastRecord);
    }
}
