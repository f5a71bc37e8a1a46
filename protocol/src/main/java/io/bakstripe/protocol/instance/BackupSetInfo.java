package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A backup set of a database, as {@code GET …/backup-sets} shows it (row B8).
 *
 * @param task that made it
 * @param base of a differential: the full backup that it builds on
 * @param firstLsn where rolling it forward begins; of a log, its first position
 * @param lastLsn the first position behind it
 * @param files in the order of their media families
 * @param plainBytes of the database in it
 * @param storedBytes of its files
 * @param encryption of its files; absent: they are not encrypted
 * @param damagedPages pages that were damaged when it was made; absent when there are none
 * @param recoveryFork the history that it belongs to
 * @param gone true once a later backup has overwritten one of its files
 * @param servesAsBase whether the next differential backup builds on it
 * @param snapshot of a snapshot: what brought it about
 */
public record BackupSetInfo(
        BackupSetId setId,
        TaskId task,
        DatabaseName database,
        BackupType type,
        Optional<BackupSetId> base,
        Lsn firstLsn,
        Lsn lastLsn,
        Instant startedAt,
        Instant finishedAt,
        List<S3Arn> files,
        long plainBytes,
        long storedBytes,
        Optional<EncryptionSpec> encryption,
        Optional<Long> damagedPages,
        Optional<String> recoveryFork,
        boolean gone,
        boolean servesAsBase,
        Optional<SnapshotKind> snapshot) {
    public BackupSetInfo {
        files = List.copyOf(files);
        encryption = encryption == null ? Optional.empty() : encryption;
        // Records of earlier versions do not have it.
        snapshot = snapshot == null ? Optional.empty() : snapshot;
    }

    /** Of a native backup. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public BackupSetInfo(
            BackupSetId setId,
            TaskId task,
            DatabaseName database,
            BackupType type,
            Optional<BackupSetId> base,
            Lsn firstLsn,
            Lsn lastLsn,
            Instant startedAt,
            Instant finishedAt,
            List<S3Arn> files,
            long plainBytes,
            long storedBytes,
            Optional<EncryptionSpec> encryption,
            Optional<Long> damagedPages,
            Optional<String> recoveryFork,
            boolean gone,
            boolean servesAsBase) {
        this(
                setId,
                task,
                database,
                type,
                base,
                firstLsn,
                lastLsn,
                startedAt,
                finishedAt,
                files,
                plainBytes,
                storedBytes,
                encryption,
                damagedPages,
                recoveryFork,
                gone,
                servesAsBase,
                Optional.empty());
    }
}
