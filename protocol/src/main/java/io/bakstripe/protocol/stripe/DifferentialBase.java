package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import java.util.List;

/**
 * The full backup that a differential builds on.
 *
 * @param files its stripes, in the order of their media families
 * @param start as it was recorded when that backup was opened
 * @param lastLsn the first position after it
 */
public record DifferentialBase(BackupSetId setId, List<S3Arn> files, StartFacts start, Lsn lastLsn) {
    public DifferentialBase {
        files = List.copyOf(files);
    }
}
