package io.bakstripe.protocol.error;

import java.util.Map;
import java.util.OptionalInt;

/**
 * The numbers of SQL Server's messages, for those errors whose texts are SQL Server's (its documentation: <i>Database Engine events and errors</i>, 3000 to
 * 3999 and 4000 to 4999).
 */
final class ServerMessages {
    private static final Map<BackupError, Integer> NUMBERS = Map.ofEntries(
            Map.entry(BackupError.IN_TRANSACTION, 3021),
            Map.entry(BackupError.COMMIT_WITHOUT_BEGIN, 3902),
            Map.entry(BackupError.ROLLBACK_WITHOUT_BEGIN, 3903),
            Map.entry(BackupError.NO_DIFFERENTIAL_BASE, 3035),
            Map.entry(BackupError.NOT_READY_TO_ROLL_FORWARD, 3117),
            Map.entry(BackupError.RESTORE_NEEDS_FULL, 3118),
            Map.entry(BackupError.SET_TOO_OLD, 3120),
            Map.entry(BackupError.STRIPE_MISSING, 3132),
            Map.entry(BackupError.WRONG_SET_KIND, 3135),
            Map.entry(BackupError.WRONG_BASE, 3136),
            Map.entry(BackupError.ALREADY_RECOVERED, 3153),
            Map.entry(BackupError.OTHER_DATABASE, 3154),
            Map.entry(BackupError.ENGINE_MISMATCH, 3169),
            Map.entry(BackupError.FILE_DAMAGED, 3189),
            Map.entry(BackupError.SET_DAMAGED, 3189),
            Map.entry(BackupError.STRIPE_DOUBLED, 3227),
            Map.entry(BackupError.NOT_A_BACKUP, 3241),
            Map.entry(BackupError.FILE_TRUNCATED, 3256),
            Map.entry(BackupError.SPACE_SHORT, 3257),
            Map.entry(BackupError.STRIPE_FOREIGN, 3258),
            Map.entry(BackupError.SIMPLE_MODEL, 4208),
            Map.entry(BackupError.NO_CURRENT_BACKUP, 4214),
            Map.entry(BackupError.LOG_TOO_RECENT, 4305),
            Map.entry(BackupError.LOG_GAP, 4312),
            Map.entry(BackupError.STEP_INTERRUPTED, 4319),
            Map.entry(BackupError.STOPAT_NOT_REACHED, 4322),
            Map.entry(BackupError.LOG_TOO_EARLY, 4326),
            Map.entry(BackupError.OTHER_FORK, 4330),
            Map.entry(BackupError.STOPAT_PASSED, 4335),
            Map.entry(BackupError.STOPAT_TOO_EARLY, 4338));

    private ServerMessages() {}

    static OptionalInt numberOf(BackupError error) {
        Integer number = NUMBERS.get(error);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
