package io.bakstripe.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A log backup and the yardstick over the same segments, then what each had stored brought back. The backup holds one segment more, nearly blank, which is not
 * counted for it.
 *
 * @param made the log
 * @param unzstd decompressing, until it is durable on disk
 * @param restoreFull the full backup before the log, without opening it
 * @param restoreLog beside it: written and proven
 * @param finish rolling forward and opening
 */
record LogRound(
        WalLoad.Made made,
        Figures zstd,
        MeasuredTasks.Done backup,
        Figures unzstd,
        MeasuredTasks.Done restoreFull,
        MeasuredTasks.Done restoreLog,
        MeasuredTasks.Done finish)
        implements Round {
    /** What is wanted; the last one shows that log is written once and not copied. */
    static final List<Target<LogRound>> TARGETS = List.of(
            Target.atLeast(0.6, "backup_speed", "log backup MB/s : zstd MB/s", LogRound::backupSpeed),
            Target.atLeast(0.6, "backup_cpu", "zstd CPU : log backup CPU", LogRound::backupCpu),
            Target.atLeast(0.6, "restore_speed", "log restore MB/s : zstd -d MB/s", LogRound::restoreSpeed),
            Target.atMost(1.05, "stored", "stored bytes : zstd's", LogRound::stored),
            Target.atMost(1.05, "written", "bytes written, log restore : log", LogRound::written));

    double backupSpeed() {
        return zstd.seconds() / backup.figures().seconds();
    }

    double backupCpu() {
        return zstd.cpu().total() / backup.figures().cpu().total();
    }

    double restoreSpeed() {
        return unzstd.seconds() / restoreLog.figures().seconds();
    }

    double stored() {
        return (double) backup.figures().storedBytes() / zstd.storedBytes();
    }

    /** To files and connections, by the node: everything that happens to the log before a server rolls forward. */
    double written() {
        return (double) restoreLog.nodeWrittenBytes() / restoreLog.figures().plainBytes();
    }

    @Override
    public Map<String, Figures> steps() {
        Map<String, Figures> steps = new LinkedHashMap<>();
        steps.put("zstd", zstd);
        steps.put("log backup", backup.figures());
        steps.put("zstd -d", unzstd);
        steps.put("restore full", restoreFull.figures());
        steps.put("restore log", restoreLog.figures());
        steps.put("open", finish.figures());
        return steps;
    }

    @Override
    public Map<String, Object> counts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("transactions", made.transactions());
        counts.put("logBytes", made.bytes());
        counts.put("pageImages", made.images());
        counts.put("copyStatements", backup.copyStatements());
        counts.put("logRestoreWrittenBytes", restoreLog.nodeWrittenBytes());
        return counts;
    }
}
