package io.bakstripe.protocol.task;

/** The {@code task_type} column (row T5). */
public enum TaskType {
    BACKUP_DB,
    BACKUP_DB_DIFFERENTIAL,
    BACKUP_DB_LOG,
    RESTORE_DB,
    RESTORE_DB_NORECOVERY,
    RESTORE_DB_DIFFERENTIAL,
    RESTORE_DB_DIFFERENTIAL_NORECOVERY,
    RESTORE_DB_LOG,
    RESTORE_DB_LOG_NORECOVERY,
    FINISH_RESTORE;

    public boolean isBackup() {
        return this == BACKUP_DB || this == BACKUP_DB_DIFFERENTIAL || this == BACKUP_DB_LOG;
    }
}
