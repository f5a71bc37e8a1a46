package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreApplied;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The steps of a restore that runs.
 *
 * <p>A worker that was lost comes back by the next tick and applies the set again within the same attempt: the host removes what was there
 * before, so that nothing is gained by another number.
 */
final class RestoreSteps {
    private final DatabaseSettings settings;
    private final Steps steps;

    RestoreSteps(DatabaseSettings settings, Steps steps) {
        this.settings = settings;
        this.steps = steps;
    }

    List<DatabaseEvent> due(TaskState task, Live live, Instant now) {
        if (task.phase() == TaskPhase.RECOVERED) {
            return Steps.end(task, live, TaskEnd.SUCCESS, now);
        }
        boolean discardedOrLate = live.restore()
                        .filter(report -> report.state() == RestoreState.DISCARDED)
                        .isPresent()
                || over(live, settings.rollbackLimit(), now);
        if (task.phase() == TaskPhase.DISCARDING) {
            return discardedOrLate ? steps.rolledBack(task, live, now) : List.of();
        }
        return live.restore()
                .map(report -> task.phase() == TaskPhase.APPLYING
                        ? applying(task, report, now)
                        : recovering(task, live, report, now))
                .orElse(List.of());
    }

    private List<DatabaseEvent> applying(TaskState task, RestoreReport report, Instant now) {
        Attempt attempt = task.running();
        List<Long> total =
                report.files().stream().map(RestoredStripe::bytesTotal).toList();
        return switch (report.state()) {
            case FAILED -> steps.fail(task, problemOf(report), true, now);
            case APPLIED ->
                List.of(new RestoreApplied(
                        task.id(),
                        attempt.number(),
                        report.setId(),
                        report.files().stream().map(RestoredStripe::file).toList(),
                        total,
                        now));
            case APPLYING -> {
                List<Long> done =
                        report.files().stream().map(RestoredStripe::bytesDone).toList();
                int percent = Percent.of(sum(done), sum(total));
                yield percent > attempt.percent()
                        ? List.of(new ProgressReported(task.id(), attempt.number(), percent, done, total, now))
                        : List.of();
            }
            default -> List.of();
        };
    }

    private List<DatabaseEvent> recovering(TaskState task, Live live, RestoreReport report, Instant now) {
        if (report.state() == RestoreState.OPENED) {
            DatabaseOpened opened = new DatabaseOpened(
                    task.id(), task.running().number(), task.origin().display(), now);
            return Stream.concat(Stream.of(opened), Steps.end(task.apply(opened), live, TaskEnd.SUCCESS, now).stream())
                    .toList();
        }
        boolean failed = report.state() == RestoreState.FAILED;
        boolean hopeless = failed && (!problemOf(report).transientFailure() || over(live, settings.openLimit(), now));
        // Another attempt would write the same files again and meet the same server: the last answer stands.
        return hopeless ? steps.fail(task, problemOf(report), false, now) : List.of();
    }

    private static boolean over(Live live, Duration limit, Instant now) {
        return !now.isBefore(live.since().plus(limit));
    }

    private static long sum(List<Long> bytes) {
        return bytes.stream().mapToLong(Long::longValue).sum();
    }

    private static Problem problemOf(RestoreReport report) {
        return report.problem()
                .orElseGet(() -> BackupError.PROTOCOL_BROKEN.problem("the restore failed without a reason"));
    }
}
