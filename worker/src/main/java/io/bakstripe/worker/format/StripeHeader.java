package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.StartFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the first frame of every stripe says: enough to know what the file is without any other source. Written as JSON; see {@code
 * docs/format.md} for each field.
 *
 * @param family the media family number of this stripe, from 1
 * @param families stripes in the set
 * @param edition of the instance
 * @param baseSet the full backup that a differential builds on
 * @param baseLsn that full backup's first LSN
 * @param recoveryModel {@code simple} or {@code full}
 * @param flags of {@code FILESTREAM}, {@code NULL_FILE_GUID}, {@code DAMAGED}; unknown flags are kept
 * @param writer name and version of the program
 */
public record StripeHeader(
        BackupSetId setId,
        int family,
        int families,
        BackupType type,
        String instance,
        DatabaseName database,
        String edition,
        String recoveryModel,
        StartFacts start,
        Optional<BackupSetId> baseSet,
        Optional<Lsn> baseLsn,
        List<String> flags,
        String writer,
        Instant createdAt) {
    public StripeHeader {
        flags = List.copyOf(flags);
    }
}
