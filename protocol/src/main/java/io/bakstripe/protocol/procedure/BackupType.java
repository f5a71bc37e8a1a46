package io.bakstripe.protocol.procedure;

/** The type of a backup set (rows B4, R4, L8). */
public enum BackupType {
    /** Everything; opens a chain of differential and log backups. */
    FULL,
    /** What has changed since the last full backup. */
    DIFFERENTIAL,
    /** The log since the last log backup, or since the full backup that began the chain; not in the reference. */
    LOG;

    /** The statement that makes such a set, as SQL Server's messages name it. */
    public String statement() {
        return switch (this) {
            case FULL -> "BACKUP DATABASE";
            case DIFFERENTIAL -> "BACKUP DATABASE WITH DIFFERENTIAL";
            case LOG -> "BACKUP LOG";
        };
    }
}
