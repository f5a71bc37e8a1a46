package io.bakstripe.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A full backup, a differential after a part of the pages changed, a log behind it, and the restore of all three.
 *
 * @param changed before the differential, since the full backup
 * @param restoreFull without opening it
 * @param restoreDifferential over it, without opening it
 * @param restoreLog beside it, without opening it
 * @param finish rolling forward and opening
 */
record DifferentialRound(
        ChangedPages changed,
        MeasuredTasks.Done full,
        MeasuredTasks.Done differential,
        MeasuredTasks.Done log,
        MeasuredTasks.Done restoreFull,
        MeasuredTasks.Done restoreDifferential,
        MeasuredTasks.Done restoreLog,
        MeasuredTasks.Done finish)
        implements Round {
    private static final double PART = 0.1;
    private static final double SECONDS_MORE = 2;
    private static final double MEGA = 1e6;

    /** What is wanted. */
    static final List<Target<DifferentialRound>> TARGETS = List.of(
            Target.atMost(PART, "stored", "stored bytes, differential : full", DifferentialRound::stored),
            Target.atMost(1, "time", "differential s : a tenth of the full's + 2 s", DifferentialRound::time),
            Target.atMost(PART, "read", "bytes that the server read, diff. : full", DifferentialRound::read));

    double stored() {
        return (double) differential.figures().storedBytes() / full.figures().storedBytes();
    }

    double time() {
        return differential.figures().seconds() / (PART * full.figures().seconds() + SECONDS_MORE);
    }

    double read() {
        return (double) differential.serverReadBytes() / full.serverReadBytes();
    }

    @Override
    public Map<String, Figures> steps() {
        Map<String, Figures> steps = new LinkedHashMap<>();
        steps.put("full", full.figures());
        steps.put("differential", differential.figures());
        steps.put("log", log.figures());
        steps.put("restore full", restoreFull.figures());
        steps.put("restore diff", restoreDifferential.figures());
        steps.put("restore log", restoreLog.figures());
        steps.put("open", finish.figures());
        return steps;
    }

    @Override
    public Map<String, Object> counts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("pages", changed.pages());
        counts.put("changedPages", changed.changed());
        counts.put("copyStatementsFull", full.copyStatements());
        counts.put("copyStatementsDifferential", differential.copyStatements());
        counts.put("serverReadMegabytesFull", Math.round(full.serverReadBytes() / MEGA));
        counts.put("serverReadMegabytesDifferential", Math.round(differential.serverReadBytes() / MEGA));
        return counts;
    }
}
