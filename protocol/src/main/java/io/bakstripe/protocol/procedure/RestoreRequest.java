package io.bakstripe.protocol.procedure;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;

/**
 * A call of {@code rds_restore_database}.
 *
 * @param arn an existing key is taken literally first; otherwise an asterisk stands for any run of characters (row R2)
 */
public record RestoreRequest(DatabaseName database, S3Arn arn) implements TaskRequest {

    /** Reads a bound call; what this version cannot do yet is refused, never ignored. */
    public static RestoreRequest of(Procedure.Arguments arguments) {
        if (arguments.optional("kms_master_key_arn", String.class).isPresent()) {
            throw BackupError.ENCRYPTION_NOT_AVAILABLE
                    .problem()
                    .on("kms_master_key_arn")
                    .asException();
        }
        BackupType type = arguments.optional("type", BackupType.class).orElse(BackupType.FULL);
        if (type != BackupType.FULL) {
            throw BackupError.TYPE_NOT_AVAILABLE.problem(type).on("type").asException();
        }
        if (arguments.optional("with_norecovery", Boolean.class).orElse(false)) {
            throw BackupError.NORECOVERY_NOT_AVAILABLE
                    .problem()
                    .on("with_norecovery")
                    .asException();
        }
        return new RestoreRequest(
                arguments.required("restore_db_name", DatabaseName.class),
                arguments.required("s3_arn_to_restore_from", S3Arn.class));
    }

    @Override
    public TaskType taskType() {
        return TaskType.RESTORE_DB;
    }
}
