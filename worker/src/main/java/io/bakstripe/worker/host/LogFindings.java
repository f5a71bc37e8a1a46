package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link LogPass} found.
 *
 * @param end the first position behind the last record that is to be replayed
 * @param lastRecord where that record begins
 * @param lastCommit the latest moment at which a transaction ended before {@code end}; empty when none did
 * @param stopped true when there was a moment to stop at and the log reaches it; {@code end} is the record that is left out
 * @param tablespaces those that the log creates
 * @param limits that the log names; {@link ServerLimits#NONE} when it names none
 */
record LogFindings(
        Lsn end,
        Lsn lastRecord,
        Optional<Instant> lastCommit,
        boolean stopped,
        Set<Long> tablespaces,
        ServerLimits limits) {
    LogFindings {
        tablespaces = Set.copyOf(tablespaces);
    }
}
