package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.instance.DatabaseInfo.LastFullBackup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The database's last full backups, newest first.
 *
 * @param full at most {@link #KEPT}
 */
record BackupHistory(List<LastFullBackup> full) {
    static final int KEPT = 16;

    BackupHistory {
        full = List.copyOf(full);
    }

    static BackupHistory none() {
        return new BackupHistory(List.of());
    }

    /** With the set that {@code task} has just published. */
    BackupHistory published(TaskState task, Instant finishedAt) {
        Attempt attempt = task.running();
        Optional<LastFullBackup> entry = attempt.start()
                .flatMap(start -> attempt.stop()
                        .flatMap(stop -> attempt.setId()
                                .map(set -> new LastFullBackup(
                                        set,
                                        start.startedAt(),
                                        finishedAt,
                                        start.firstLsn(),
                                        stop.lastLsn(),
                                        stop.damagedPages()))));
        return new BackupHistory(
                Stream.concat(entry.stream(), full.stream()).limit(KEPT).toList());
    }

    Optional<LastFullBackup> last() {
        return full.stream().findFirst();
    }
}
