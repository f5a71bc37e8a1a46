package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * A database as {@code GET /instances/{i}/databases/{d}} shows it.
 *
 * @param connection where we run its server and it answers
 */
public record DatabaseInfo(
        DatabaseName name,
        DatabaseState state,
        RecoveryModel recoveryModel,
        Optional<ServerConnection> connection,
        Optional<LastFullBackup> lastFullBackup) {

    /** The last full backup of a database (row B8). */
    public record LastFullBackup(BackupSetId setId, Instant startedAt, Instant finishedAt, Lsn firstLsn, Lsn lastLsn) {}
}
