package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import java.util.List;
import java.util.Optional;

/**
 * What the files of a backup set say of it: all that decides whether it may be restored next.
 *
 * @param database that was backed up, as it was shown
 * @param baseSet of a differential: the full backup that it builds on
 * @param baseLsn of a differential: that full backup's first LSN
 * @param recoveryModel {@code simple} or {@code full}
 * @param flags of {@code FILESTREAM} and {@code NULL_FILE_GUID}, and others
 * @param files in the order of their media families
 */
public record SetFacts(
        BackupSetId setId,
        BackupType type,
        DatabaseName database,
        StartFacts start,
        StopFacts stop,
        Optional<BackupSetId> baseSet,
        Optional<Lsn> baseLsn,
        String recoveryModel,
        List<String> flags,
        List<S3Arn> files) {
    /** A database with a FILESTREAM file group cannot be restored (row L16). */
    public static final String FILESTREAM = "FILESTREAM";

    /** Differentials and logs cannot be restored over a database with a file that has none (row L6). */
    public static final String NULL_FILE_GUID = "NULL_FILE_GUID";

    public SetFacts {
        flags = List.copyOf(flags);
        files = List.copyOf(files);
    }

    /** The first position in the set. */
    public Lsn firstLsn() {
        return start.firstLsn();
    }

    /** The first position behind the set. */
    public Lsn lastLsn() {
        return stop.lastLsn();
    }
}
