package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.procedure.BackupType;
import java.util.Optional;

/**
 * What a backup is to be and what it goes on from.
 *
 * @param base of a differential
 * @param chain of a log: where it goes on
 * @param keepsLog of a full backup: whether the server is to keep its log for log backups from now on (recovery model full)
 */
public record BackupBasis(
        BackupType type, Optional<DifferentialBase> base, Optional<LogChain> chain, boolean keepsLog) {
    /** {@link IllegalArgumentException} when a differential has no base or a log has nothing to go on from. */
    public BackupBasis {
        if (base.isPresent() != (type == BackupType.DIFFERENTIAL) || chain.isPresent() != (type == BackupType.LOG)) {
            throw new IllegalArgumentException("base and chain do not fit a backup of type " + type);
        }
    }

    /** A full backup. */
    public static BackupBasis full(boolean keepsLog) {
        return new BackupBasis(BackupType.FULL, Optional.empty(), Optional.empty(), keepsLog);
    }

    /** A differential of this full backup. */
    public static BackupBasis differential(DifferentialBase base) {
        return new BackupBasis(BackupType.DIFFERENTIAL, Optional.of(base), Optional.empty(), false);
    }

    /** The log behind this chain. */
    public static BackupBasis log(LogChain chain) {
        return new BackupBasis(BackupType.LOG, Optional.empty(), Optional.of(chain), false);
    }
}
