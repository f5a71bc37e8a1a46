package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
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

    /**
     * The last full backup of a database (row B8).
     *
     * @param damagedPages pages in it that were damaged when it was made; absent when there are none
     */
    public record LastFullBackup(
            BackupSetId setId,
            Instant startedAt,
            Instant finishedAt,
            Lsn firstLsn,
            Lsn lastLsn,
            Optional<Long> damagedPages) {
        /** Without damage. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public LastFullBackup(BackupSetId setId, Instant startedAt, Instant finishedAt, Lsn firstLsn, Lsn lastLsn) {
            this(setId, startedAt, finishedAt, firstLsn, lastLsn, Optional.empty());
        }

        /** True when differential backups may build on it: what they leave out is taken from it as it is. */
        public boolean servesAsBase() {
            return damagedPages.isEmpty();
        }
    }
}
