package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Shows tasks: what is recorded, with the figures that the workers reported last. */
final class TaskDetails {
    private TaskDetails() {}

    /** An unfinished task; {@code live} is looked at only for the one that runs. */
    static TaskDetail unfinished(TaskState task, Live live, Instant now) {
        int percent = task.attempt().map(Attempt::percent).orElse(0);
        Lifecycle lifecycle = task.cancellation().isPresent()
                ? Lifecycle.CANCEL_REQUESTED
                : task.phase().lifecycle();
        return detail(task, live, lifecycle, percent, task.lines(), task.updatedAt(), now, List.of());
    }

    /** The same task at its end. */
    static TaskDetail ended(TaskState task, Live live, TaskEnd end, Instant now) {
        int percent = end.lifecycle() == Lifecycle.SUCCESS
                ? Percent.FINISHED
                : task.attempt().map(Attempt::percent).orElse(0);
        return detail(
                task,
                live,
                end.lifecycle(),
                percent,
                TaskInfo.append(task.lines(), now, end.lines(task)),
                now,
                now,
                end.problem().stream().toList());
    }

    /** The detail of an ended task with another line of {@code task_info}. */
    static TaskDetail remarked(TaskDetail ended, String line, Instant now) {
        TaskRow row = ended.row();
        TaskRow next = new TaskRow(
                row.taskId(),
                row.taskType(),
                row.databaseName(),
                row.percentComplete(),
                row.durationMinutes(),
                row.lifecycle(),
                row.taskInfo() + "\n" + TaskInfo.line(now, line),
                now,
                row.createdAt(),
                row.s3ObjectArn(),
                row.overwriteS3BackupFile(),
                row.kmsMasterKeyArn(),
                row.filepath(),
                row.overwriteFile());
        return new TaskDetail(
                ended.instance(),
                next,
                ended.phase(),
                ended.attempt(),
                ended.startedAt(),
                ended.endedAt(),
                ended.backupSet(),
                ended.bytesDone(),
                ended.bytesTotal(),
                ended.copyStatements(),
                ended.stripes(),
                ended.problem(),
                ended.damage(),
                ended.encryption());
    }

    /** Plain bytes of a stripe that are done, by the record or by the last report, whichever is more. */
    static long done(Attempt attempt, Live live, int stripe) {
        long recorded = stripe <= attempt.done().size() ? attempt.done().get(stripe - 1) : 0;
        long reported = Optional.ofNullable(live.stripes().get(stripe))
                .map(StripeReport::bytesDone)
                .orElse(0L);
        return Math.max(recorded, reported);
    }

    private static TaskDetail detail(
            TaskState task,
            Live live,
            Lifecycle lifecycle,
            int percent,
            List<String> lines,
            Instant updatedAt,
            Instant now,
            List<Problem> problem) {
        boolean ended = lifecycle.ended();
        List<StripeDetail> stripes =
                task.attempt().map(attempt -> stripes(task, attempt, live)).orElse(List.of());
        long sessionStatements = task.attempt().map(Attempt::statements).orElse(0L);
        TaskRow row = new TaskRow(
                task.id(),
                task.origin().request().taskType(),
                task.origin().display(),
                percent,
                task.startedAt()
                        .map(started -> Duration.between(started, now).toMinutes())
                        .orElse(0L),
                lifecycle,
                String.join("\n", lines),
                updatedAt,
                task.origin().createdAt(),
                task.origin().request().objectArn(),
                task.origin().request() instanceof BackupRequest backup
                        ? Optional.of(backup.overwrite() ? 1 : 0)
                        : Optional.empty(),
                task.origin().request().key().map(KeyArn::toString),
                Optional.empty(),
                Optional.empty());
        return new TaskDetail(
                task.origin().view().name(),
                row,
                ended ? TaskPhase.ENDED.word() : task.phase().word(),
                task.attempt().map(Attempt::number).orElse(0),
                task.startedAt(),
                ended ? Optional.of(now) : Optional.empty(),
                task.attempt().flatMap(Attempt::setId).or(() -> live.restore().flatMap(RestoreReport::setId)),
                stripes.stream().mapToLong(StripeDetail::bytesDone).sum(),
                stripes.stream().mapToLong(StripeDetail::bytesTotal).sum(),
                sessionStatements
                        + stripes.stream()
                                .mapToLong(StripeDetail::copyStatements)
                                .sum(),
                stripes,
                problem.stream().findFirst(),
                task.attempt().map(attempt -> damage(attempt, live)).filter(Damage::found),
                task.encryption());
    }

    private static Damage damage(Attempt attempt, Live live) {
        return attempt.damage().found() ? attempt.damage() : live.damage();
    }

    private static List<StripeDetail> stripes(TaskState task, Attempt attempt, Live live) {
        if (task.backup()) {
            return IntStream.rangeClosed(1, task.files().size())
                    .mapToObj(stripe -> backupStripe(task, attempt, live, stripe))
                    .toList();
        }
        List<RestoredStripe> files = live.restore()
                .map(RestoreReport::files)
                .filter(found -> !found.isEmpty())
                .orElseGet(() -> recorded(attempt));
        return IntStream.range(0, files.size())
                .mapToObj(index -> restoreStripe(attempt, live, files.get(index), index + 1))
                .toList();
    }

    private static List<RestoredStripe> recorded(Attempt attempt) {
        return IntStream.range(
                        0, Math.min(attempt.files().size(), attempt.total().size()))
                .mapToObj(index -> new RestoredStripe(
                        attempt.files().get(index),
                        attempt.done().get(index),
                        attempt.total().get(index),
                        0))
                .toList();
    }

    private static StripeDetail backupStripe(TaskState task, Attempt attempt, Live live, int stripe) {
        Optional<StripeReport> report = Optional.ofNullable(live.stripes().get(stripe));
        return new StripeDetail(
                stripe,
                task.files().get(stripe - 1),
                report.map(StripeReport::node),
                report.map(found -> found.state().name().toLowerCase(Locale.ROOT))
                        .orElse("waiting"),
                done(attempt, live, stripe),
                stripe <= attempt.total().size() ? attempt.total().get(stripe - 1) : 0,
                report.map(StripeReport::storedBytes).orElse(0L),
                report.map(StripeReport::bytesPerSecond).orElse(0L),
                attempt.number(),
                report.filter(found -> found.resumed() > 0).isPresent(),
                report.map(StripeReport::statements).orElse(0L));
    }

    private static StripeDetail restoreStripe(Attempt attempt, Live live, RestoredStripe file, int stripe) {
        return new StripeDetail(
                stripe,
                file.file(),
                live.restore().map(RestoreReport::node),
                live.restore()
                        .map(found -> found.state().name().toLowerCase(Locale.ROOT))
                        .orElse("waiting"),
                file.bytesDone(),
                file.bytesTotal(),
                0,
                file.bytesPerSecond(),
                attempt.number(),
                false,
                0);
    }
}
