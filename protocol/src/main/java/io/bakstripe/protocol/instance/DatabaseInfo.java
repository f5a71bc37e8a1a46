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
 * @param connection where we run its server and it answers; of a database that is RESTORING only while it stands by
 * @param logBackups of a database whose log is, or was, backed up
 * @param position of a database that is RESTORING
 * @param kept the one that this one was put in the place of, until it is dropped or swapped back
 */
public record DatabaseInfo(
        DatabaseName name,
        DatabaseState state,
        RecoveryModel recoveryModel,
        Optional<ServerConnection> connection,
        Optional<LastFullBackup> lastFullBackup,
        Optional<LogBackups> logBackups,
        Optional<ChainPosition> position,
        Optional<KeptDatabase> kept) {

    /** A database of which no other one is kept. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public DatabaseInfo(
            DatabaseName name,
            DatabaseState state,
            RecoveryModel recoveryModel,
            Optional<ServerConnection> connection,
            Optional<LastFullBackup> lastFullBackup,
            Optional<LogBackups> logBackups,
            Optional<ChainPosition> position) {
        this(name, state, recoveryModel, connection, lastFullBackup, logBackups, position, Optional.empty());
    }

    /** A database that is ONLINE and whose log is not backed up. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public DatabaseInfo(
            DatabaseName name,
            DatabaseState state,
            RecoveryModel recoveryModel,
            Optional<ServerConnection> connection,
            Optional<LastFullBackup> lastFullBackup) {
        this(name, state, recoveryModel, connection, lastFullBackup, Optional.empty(), Optional.empty());
    }

    /**
     * How far the log of a database is backed up.
     *
     * @param chainFirstLsn where the unbroken chain of logs begins
     * @param nextLsn where the next log backup begins
     * @param covered by the server's clock: with the chain of backups the database can be restored to any moment up to this one
     * @param broken why the chain does not go on, once it is broken
     */
    public record LogBackups(Lsn chainFirstLsn, Lsn nextLsn, Instant covered, Optional<String> broken) {}

    /**
     * The last full backup or snapshot of a database (row B8).
     *
     * @param damagedPages pages in it that were damaged when it was made; absent when there are none
     * @param snapshot of a snapshot: what brought it about
     */
    public record LastFullBackup(
            BackupSetId setId,
            Instant startedAt,
            Instant finishedAt,
            Lsn firstLsn,
            Lsn lastLsn,
            Optional<Long> damagedPages,
            Optional<SnapshotKind> snapshot) {
        public LastFullBackup {
            // Nodes of the first release do not send it.
            snapshot = snapshot == null ? Optional.empty() : snapshot;
        }

        /** A native backup without damage. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public LastFullBackup(BackupSetId setId, Instant startedAt, Instant finishedAt, Lsn firstLsn, Lsn lastLsn) {
            this(setId, startedAt, finishedAt, firstLsn, lastLsn, Optional.empty(), Optional.empty());
        }

        /** True when differential backups may build on it: what they leave out is taken from it as it is. */
        public boolean servesAsBase() {
            return damagedPages.isEmpty() && snapshot.isEmpty();
        }
    }
}
