package io.bakstripe.protocol.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The texts are SQL Server's, its conversions written as {@code %s}. A text that ends in {@code …} goes on there with advice that is ours. */
class ServerMessagesTest {
    static Stream<Arguments> texts() {
        return Stream.of(
                arguments(
                        BackupError.IN_TRANSACTION,
                        3021,
                        "Cannot perform a backup or restore operation within a transaction."),
                arguments(
                        BackupError.COMMIT_WITHOUT_BEGIN,
                        3902,
                        "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."),
                arguments(
                        BackupError.ROLLBACK_WITHOUT_BEGIN,
                        3903,
                        "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."),
                arguments(
                        BackupError.NO_DIFFERENTIAL_BASE,
                        3035,
                        "Cannot perform a differential backup for database \"%s\", because a current database backup does not"
                                + " exist."),
                arguments(
                        BackupError.NOT_READY_TO_ROLL_FORWARD,
                        3117,
                        "The log or differential backup cannot be restored because no files are ready to rollforward."),
                arguments(
                        BackupError.RESTORE_NEEDS_FULL,
                        3118,
                        "The database \"%s\" does not exist. RESTORE can only create a database when restoring either a full"
                                + " backup or a file backup of the primary file."),
                arguments(
                        BackupError.SET_TOO_OLD,
                        3120,
                        "This backup set will not be restored because all data has already been restored to a point beyond"
                                + " the time covered by this backup set."),
                arguments(
                        BackupError.STRIPE_MISSING,
                        3132,
                        "The media set has %s media families but only %s are provided. All members must be provided."),
                arguments(
                        BackupError.WRONG_SET_KIND,
                        3135,
                        "The backup set in file '%s' was created by %s and cannot be used for this restore operation."),
                arguments(
                        BackupError.WRONG_BASE,
                        3136,
                        "This differential backup cannot be restored because the database has not been restored to the"
                                + " correct earlier state."),
                arguments(BackupError.ALREADY_RECOVERED, 3153, "The database is already fully recovered."),
                arguments(
                        BackupError.OTHER_DATABASE,
                        3154,
                        "The backup set holds a backup of a database other than the existing '%s' database."),
                arguments(
                        BackupError.ENGINE_MISMATCH,
                        3169,
                        "The database was backed up on a server running version %s. That version is incompatible with this"
                                + " server, which is running version %s."),
                arguments(BackupError.FILE_DAMAGED, 3189, "Damage to the backup set was detected.…"),
                arguments(BackupError.SET_DAMAGED, 3189, "Damage to the backup set was detected.…"),
                arguments(
                        BackupError.STRIPE_DOUBLED,
                        3227,
                        "The backup media on \"%s\" is part of media family %s which has already been processed on \"%s\"."
                                + " Ensure that backup devices are correctly specified."),
                arguments(
                        BackupError.NOT_A_BACKUP,
                        3241,
                        "The media family on device '%s' is incorrectly formed. SQL Server cannot process this media"
                                + " family."),
                arguments(
                        BackupError.FILE_TRUNCATED,
                        3256,
                        "The backup set on device '%s' was terminated while it was being created and is incomplete. RESTORE"
                                + " sequence is terminated abnormally."),
                arguments(
                        BackupError.SPACE_SHORT,
                        3257,
                        "There is insufficient free space on disk volume '%s' to create the database. The database requires"
                                + " %s additional free bytes, while only %s bytes are available."),
                arguments(
                        BackupError.STRIPE_FOREIGN,
                        3258,
                        "The volume on the device \"%s\" is not part of the media set that is currently being processed."
                                + " Ensure that the backup devices are loaded with the correct media."),
                arguments(
                        BackupError.SIMPLE_MODEL,
                        4208,
                        "The statement BACKUP LOG is not allowed while the recovery model is SIMPLE."),
                arguments(
                        BackupError.NO_CURRENT_BACKUP,
                        4214,
                        "BACKUP LOG cannot be performed because there is no current database backup."),
                arguments(
                        BackupError.LOG_TOO_RECENT,
                        4305,
                        "The log in this backup set begins at LSN %s, which is too recent to apply to the database. An"
                                + " earlier log backup that includes LSN %s can be restored."),
                arguments(
                        BackupError.LOG_GAP,
                        4312,
                        "This log cannot be restored because a gap in the log chain was created. Use more recent data"
                                + " backups to bridge the gap."),
                arguments(
                        BackupError.STEP_INTERRUPTED,
                        4319,
                        "A previous restore operation was interrupted and did not complete processing on file '%s'. Either"
                                + " restore the backup set that was interrupted or restart the restore sequence."),
                arguments(
                        BackupError.STOPAT_NOT_REACHED,
                        4322,
                        "This backup set contains records that were logged before the designated point in time. The database"
                                + " is being left in the restoring state so that more roll forward can be performed."),
                arguments(
                        BackupError.LOG_TOO_EARLY,
                        4326,
                        "The log in this backup set terminates at LSN %s, which is too early to apply to the database. A more"
                                + " recent log backup that includes LSN %s can be restored."),
                arguments(
                        BackupError.OTHER_FORK,
                        4330,
                        "This backup set cannot be applied because it is on a recovery path that is inconsistent with the"
                                + " database."),
                arguments(
                        BackupError.STOPAT_PASSED,
                        4335,
                        "The specified STOPAT time is too early. All or part of the database is already rolled forward beyond"
                                + " that point."),
                arguments(
                        BackupError.STOPAT_TOO_EARLY,
                        4338,
                        "The STOPAT clause specifies a point too early to allow this backup set to be restored. Choose a"
                                + " different stop point or use RESTORE DATABASE WITH RECOVERY to recover at the current"
                                + " point."));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void errorsThatSqlServerKnowsHaveItsNumberAndItsText(BackupError error, int number, String text) {
        Object[] values =
                IntStream.rangeClosed(1, 8).mapToObj(i -> "<" + i + ">").toArray();
        Problem problem = error.problem(values);

        assertThat(error.serverMessage()).hasValue(number);
        if (text.endsWith("…")) {
            assertThat(problem.detail()).startsWith(text.substring(0, text.length() - 1) + " ");
        } else {
            assertThat(error.message()).isEqualTo(text);
        }
        assertThat(problem.asTaskInfo())
                .startsWith(problem.detail() + " [" + error.code() + ", message " + number + "] Hint: ");
    }

    @Test
    void everyErrorWithANumberIsListedHere() {
        List<BackupError> listed =
                texts().map(row -> (BackupError) row.get()[0]).toList();

        assertThat(Arrays.stream(BackupError.values())
                        .filter(error -> error.serverMessage().isPresent()))
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    @Test
    void errorsOfOurOwnHaveNone() {
        assertThat(BackupError.LOG_CHAIN_BROKEN.serverMessage()).isEmpty();
        assertThat(BackupError.FILE_EXISTS.serverMessage()).isEmpty();
    }
}
