package io.bakstripe.bench;

/**
 * One round of everything: the yardstick and the backup over the same files, then the yardstick and the restore over what each had stored.
 *
 * @param zstd compressing
 * @param unzstd decompressing, until it is durable on disk
 */
record Repetition(Figures zstd, Figures backup, Figures unzstd, Figures restore) {

    /** MB/s of the backup in those of the yardstick. */
    double backupSpeed() {
        return backup.megabytesPerSecond() / zstd.megabytesPerSecond();
    }

    /** MB/s of the restore in those of the yardstick. */
    double restoreSpeed() {
        return restore.megabytesPerSecond() / unzstd.megabytesPerSecond();
    }

    /** Stored bytes of the backup in those of the yardstick, each per byte of the database. */
    double stored() {
        return zstd.ratio() / backup.ratio();
    }

    /** The yardstick's processor time per GB in that of the backup. */
    double backupCpu() {
        return zstd.cpuPerGigabyte() / backup.cpuPerGigabyte();
    }

    /** The yardstick's processor time per GB in that of the restore. */
    double restoreCpu() {
        return unzstd.cpuPerGigabyte() / restore.cpuPerGigabyte();
    }
}
