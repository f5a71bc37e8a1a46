package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a database that is RESTORING stands in its chain of backups.
 *
 * @param baseSet the full backup that it was restored from
 * @param redoLsn the first LSN that it has not got: a log to restore next must begin at or before it and end behind it
 * @param lastCommit by the source's clock: the latest moment that it may have come to
 * @param stoppedAt the point in time at which the last step stopped, where one was given and reached
 * @param recoveryFork the history that it belongs to
 * @param interrupted the set whose restore was broken off: it, or a new beginning, comes next
 */
public record ChainPosition(
        BackupSetId baseSet,
        Lsn redoLsn,
        Optional<Instant> lastCommit,
        Optional<Instant> stoppedAt,
        Optional<String> recoveryFork,
        Optional<BackupSetId> interrupted) {}
