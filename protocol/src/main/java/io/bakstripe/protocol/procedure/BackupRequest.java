package io.bakstripe.protocol.procedure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.task.TaskType;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A call of {@code rds_backup_database} or {@code rds_backup_log}.
 *
 * @param type of the set to make
 * @param arn with several files it holds exactly one asterisk in its file name (row B6); with one file asterisks mean themselves (row B7)
 * @param overwrite row B3
 * @param numberOfFiles 1 to 10 (row B5)
 * @param continueAfterError damaged pages do not end the task; the set is marked instead
 * @param key that the files are encrypted with (row B2); absent: they are not
 * @param encryptionMode of files that are encrypted, where the call chooses it (row L15); absent: as the instance declares
 */
public record BackupRequest(
        DatabaseName database,
        BackupType type,
        S3Arn arn,
        boolean overwrite,
        int numberOfFiles,
        // Left out where it is not set, as in the first release's rows.
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean continueAfterError,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<KeyArn> key,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<EncryptionMode> encryptionMode)
        implements TaskRequest {
    /** The parameter's name; an addition to the reference. */
    public static final String CONTINUE_AFTER_ERROR = "continue_after_error";

    /** The parameter's name; an addition to the reference. */
    public static final String ENCRYPTION_MODE = "encryption_mode";

    /** The parameter's name. */
    static final String KEY = "kms_master_key_arn";

    public BackupRequest {
        // Rows of the first release do not have these.
        type = type == null ? BackupType.FULL : type;
        key = key == null ? Optional.empty() : key;
        encryptionMode = encryptionMode == null ? Optional.empty() : encryptionMode;
        if (encryptionMode.isPresent() && key.isEmpty()) {
            throw BackupError.ENCRYPTION_MODE_WITHOUT_KEY
                    .problem()
                    .on(ENCRYPTION_MODE)
                    .asException();
        }
        long asterisks = arn.fileName().chars().filter(c -> c == '*').count();
        boolean inFolder = arn.folder().indexOf('*') >= 0;
        if (numberOfFiles > 1 && (asterisks != 1 || inFolder)) {
            String found = inFolder ? asterisks + ", and one in the folder" : Long.toString(asterisks);
            throw BackupError.ASTERISK_RULE
                    .problem(numberOfFiles, found)
                    .on("s3_arn_to_backup_to")
                    .asException();
        }
    }

    /** A call for a backup that is not encrypted. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public BackupRequest(
            DatabaseName database,
            BackupType type,
            S3Arn arn,
            boolean overwrite,
            int numberOfFiles,
            boolean continueAfterError) {
        this(
                database,
                type,
                arn,
                overwrite,
                numberOfFiles,
                continueAfterError,
                Optional.empty(),
                Optional.empty());
    }

    /** A call for a full backup that damaged pages end. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public BackupRequest(DatabaseName database, S3Arn arn, boolean overwrite, int numberOfFiles) {
        this(database, BackupType.FULL, arn, overwrite, numberOfFiles, false);
    }

    /** Reads a bound call of {@code rds_backup_database}. */
    public static BackupRequest of(Procedure.Arguments arguments) {
        return of(arguments, arguments.optional("type", BackupType.class).orElse(BackupType.FULL));
    }

    /** Reads a bound call of {@code rds_backup_log}; as {@link #of(Procedure.Arguments)}. */
    public static BackupRequest ofLog(Procedure.Arguments arguments) {
        return of(arguments, BackupType.LOG);
    }

    private static BackupRequest of(Procedure.Arguments arguments, BackupType type) {
        return new BackupRequest(
                arguments.required("source_db_name", DatabaseName.class),
                type,
                arguments.required("s3_arn_to_backup_to", S3Arn.class),
                arguments.optional("overwrite_s3_backup_file", Boolean.class).orElse(false),
                arguments.optional("number_of_files", Long.class).orElse(1L).intValue(),
                arguments.optional(CONTINUE_AFTER_ERROR, Boolean.class).orElse(false),
                arguments.optional(KEY, KeyArn.class),
                arguments.optional(ENCRYPTION_MODE, EncryptionMode.class));
    }

    /** The files to write, in the order of their media families: {@code 1-of-n} to {@code n-of-n} in place of the asterisk (row B6). */
    public List<S3Arn> files() {
        if (numberOfFiles == 1) {
            return List.of(arn);
        }
        return IntStream.rangeClosed(1, numberOfFiles)
                .mapToObj(i -> arn.withKey(arn.folder() + arn.fileName().replace("*", i + "-of-" + numberOfFiles)))
                .toList();
    }

    @Override
    public Optional<S3Arn> objectArn() {
        return Optional.of(arn);
    }

    @Override
    public TaskType taskType() {
        return switch (type) {
            case FULL -> TaskType.BACKUP_DB;
            case DIFFERENTIAL -> TaskType.BACKUP_DB_DIFFERENTIAL;
            case LOG -> TaskType.BACKUP_DB_LOG;
        };
    }
}
