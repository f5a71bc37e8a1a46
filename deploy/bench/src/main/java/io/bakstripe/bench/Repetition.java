package io.bakstripe.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One round of everything: the yardstick and the backup over the same files, then the yardstick and the restore over what each had stored.
 *
 * @param zstd compressing
 * @param unzstd decompressing, until it is durable on disk
 */
record Repetition(Figures zstd, Figures backup, Figures unzstd, Figures restore) implements Round {
    private static final double PEAK_MEGABYTES = 943.7;

    /** What is wanted. */
    static final List<Target<Repetition>> TARGETS = List.of(
            Target.atLeast(0.6, "backup_speed", "backup MB/s : zstd MB/s", Repetition::backupSpeed),
            Target.atLeast(0.6, "backup_cpu", "zstd CPU : backup CPU", Repetition::backupCpu),
            Target.atLeast(0.6, "restore_speed", "restore MB/s : zstd -d MB/s", Repetition::restoreSpeed),
            Target.atLeast(0.6, "restore_cpu", "zstd -d CPU : restore CPU", Repetition::restoreCpu),
            Target.atMost(1.05, "stored", "stored bytes : zstd's", Repetition::stored),
            Target.atMost(
                    PEAK_MEGABYTES,
                    "backup_peak",
                    "peak RSS of the node, backup, MB",
                    one -> one.backup().peakMegabytes()),
            Target.atMost(
                    PEAK_MEGABYTES,
                    "restore_peak",
                    "peak RSS of the node, restore, MB",
                    one -> one.restore().peakMegabytes()));

    @Override
    public Map<String, Figures> steps() {
        Map<String, Figures> steps = new LinkedHashMap<>();
        steps.put("zstd", zstd);
        steps.put("backup", backup);
        steps.put("zstd -d", unzstd);
        steps.put("restore", restore);
        return steps;
    }

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
