package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseReplaced;
import io.bakstripe.coordinator.journal.DatabaseEvent.OpeningBegun;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepInterrupted;
import io.bakstripe.coordinator.journal.DatabaseEvent.StepKept;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.coordinator.sequence.RestoreSequence;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.RolledTo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The steps of a restore that runs.
 *
 * <p>A worker that was lost comes back by the next tick and applies the set again within the same attempt: the host removes what was there
 * before, so that nothing is gained by another number.
 */
final class RestoreSteps {
    /** Said in {@code task_info} when a database was replaced. */
    static final String KEPT =
            "The database that was replaced is kept, not served: rds_drop_database removes it, swap-back returns it. A full backup"
                    + " comes before the next differential or log backup.";

    private final DatabaseSettings settings;
    private final Steps steps;

    RestoreSteps(DatabaseSettings settings, Steps steps) {
        this.settings = settings;
        this.steps = steps;
    }

    List<DatabaseEvent> due(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return switch (task.phase()) {
            case DISCARDING -> discarding(state, task, live, now);
            case KEPT -> afterKept(state, task, live, now);
            case RECOVERED -> Steps.end(task, live, TaskEnd.SUCCESS, now);
            default ->
                live.restore()
                        .map(report -> switch (task.phase()) {
                            case APPLYING -> applying(task, report, now);
                            case KEEPING -> keeping(state, task, live, report, now);
                            default -> recovering(state, task, live, report, now);
                        })
                        .orElse(List.of());
        };
    }

    private List<DatabaseEvent> applying(TaskState task, RestoreReport report, Instant now) {
        Attempt attempt = task.running();
        List<Long> total =
                report.files().stream().map(RestoredStripe::bytesTotal).toList();
        return switch (report.state()) {
            case FAILED -> steps.fail(task, problemOf(report), true, now);
            case APPLIED -> List.of(applied(task, report, total, now));
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

    /** A full backup that is to be opened at once leaves nothing behind when that fails; everything else becomes part of the database first. */
    private static DatabaseEvent applied(TaskState task, RestoreReport report, List<Long> total, Instant now) {
        int attempt = task.running().number();
        List<S3Arn> files = report.files().stream().map(RestoredStripe::file).toList();
        RestoreRequest request = request(task);
        return request.type() == BackupType.FULL && request.opens()
                ? new RestoreApplied(task.id(), attempt, report.setId(), files, total, now)
                : new StepApplied(task.id(), attempt, report.setId(), files, total, now);
    }

    private List<DatabaseEvent> keeping(
            DatabaseRecord state, TaskState task, Live live, RestoreReport report, Instant now) {
        boolean failed = report.state() == RestoreState.FAILED;
        if (failed && report.kept().isEmpty()) {
            return steps.fail(task, problemOf(report), true, now);
        }
        if (report.kept().isEmpty() || !(failed || report.state() == RestoreState.KEPT)) {
            return List.of();
        }
        // A step that the host has kept is part of the database, whether or not that can be read afterwards.
        Recovery left = failed ? Recovery.NORECOVERY : request(task).recovery();
        StepKept kept = new StepKept(
                task.id(),
                task.running().number(),
                position(state, task, report.kept().get(), left),
                now);
        DatabaseRecord next = state.apply(kept);
        List<DatabaseEvent> then = failed
                ? Steps.end(task, live, TaskEnd.error(problemOf(report)), now)
                : afterKept(next, task.apply(kept), live, now);
        return Stream.concat(Stream.of(kept), then.stream()).toList();
    }

    private static RestorePosition position(
            DatabaseRecord state, TaskState task, RolledTo rolledTo, Recovery recovery) {
        RestoreRequest request = request(task);
        String login = task.origin().login();
        return state.position()
                .map(before -> before.after(
                        rolledTo, SubmissionRules.stopAt(task.origin().view(), request), recovery, login))
                .orElseGet(() -> RestorePosition.of(
                        task.origin().display(), task.set().orElseThrow(), rolledTo, recovery, login));
    }

    private static List<DatabaseEvent> afterKept(DatabaseRecord state, TaskState task, Live live, Instant now) {
        RestoreRequest request = request(task);
        boolean stopped = state.position().flatMap(RestorePosition::stoppedAt).isPresent();
        boolean notReached = request.stopAt().isPresent() && !stopped;
        if (request.opens() && !notReached) {
            return List.of(new OpeningBegun(task.id(), task.running().number(), now));
        }
        String next = " No further log is needed: rds_finish_restore opens the database.";
        List<String> remarks = notReached
                ? List.of(BackupError.STOPAT_NOT_REACHED.problem().asTaskInfo())
                : reached(state, task).map(said -> said + next).stream().toList();
        return Steps.end(task, live, TaskEnd.SUCCESS.remarking(remarks), now);
    }

    /** What a log restore says that came to the moment that its call names, as long as the database is not open. */
    private static Optional<String> reached(DatabaseRecord state, TaskState task) {
        return state.position()
                .filter(position -> task.origin().request() instanceof RestoreRequest restore
                        && restore.stopAt().isPresent())
                .flatMap(RestorePosition::stoppedAt)
                .map(moment ->
                        "The restore has reached the moment it was to stop at, %s.".formatted(StopAt.shown(moment)));
    }

    private List<DatabaseEvent> discarding(DatabaseRecord state, TaskState task, Live live, Instant now) {
        Optional<RestoreReport> discarded = live.restore().filter(report -> report.state() == RestoreState.DISCARDED);
        if (discarded.isEmpty() && !over(live, settings.rollbackLimit(), now)) {
            return List.of();
        }
        Optional<StepInterrupted> interrupted = interrupted(state, task, discarded, now);
        List<DatabaseEvent> next = steps.rolledBack(state, task, live, now);
        return next.isEmpty()
                ? List.of()
                : Stream.concat(interrupted.stream(), next.stream()).toList();
    }

    /** A host that does not answer may have begun to change files. */
    private static Optional<StepInterrupted> interrupted(
            DatabaseRecord state, TaskState task, Optional<RestoreReport> discarded, Instant now) {
        return state.position()
                .flatMap(position -> task.set()
                        .filter(set -> discarded
                                .map(RestoreReport::touched)
                                .orElse(set.type() == BackupType.DIFFERENTIAL
                                        && !set.lastLsn().equals(position.redoLsn())))
                        .map(set -> new StepInterrupted(
                                task.id(), task.running().number(), set.setId(), RestoreSequence.fileOf(set), now)));
    }

    private static RestoreRequest request(TaskState task) {
        return (RestoreRequest) task.origin().request();
    }

    private List<DatabaseEvent> recovering(
            DatabaseRecord state, TaskState task, Live live, RestoreReport report, Instant now) {
        if (report.state() == RestoreState.OPENED && task.replaces()) {
            return replaced(task, live, report, now);
        }
        if (report.state() == RestoreState.OPENED) {
            DatabaseOpened opened = new DatabaseOpened(
                    task.id(), task.running().number(), task.origin().display(), now);
            TaskEnd end =
                    TaskEnd.SUCCESS.remarking(reached(state, task).stream().toList());
            return Stream.concat(Stream.of(opened), Steps.end(task.apply(opened), live, end, now).stream())
                    .toList();
        }
        boolean failed = report.state() == RestoreState.FAILED;
        boolean hopeless = failed && (!problemOf(report).transientFailure() || over(live, settings.openLimit(), now));
        // Another attempt would write the same files again and meet the same server: the last answer stands.
        return hopeless ? steps.fail(task, problemOf(report), false, now) : List.of();
    }

    private List<DatabaseEvent> replaced(TaskState task, Live live, RestoreReport report, Instant now) {
        if (report.replaced().isEmpty()) {
            return steps.fail(task, BackupError.PROTOCOL_BROKEN.problem("nothing was replaced"), false, now);
        }
        KeptDatabase kept = report.replaced().get();
        DatabaseReplaced replaced = new DatabaseReplaced(
                task.id(), task.running().number(), task.origin().display(), kept, now);
        TaskEnd end = TaskEnd.SUCCESS.remarking(List.of(KEPT));
        return Stream.concat(Stream.of(replaced), Steps.end(task.apply(replaced), live, end, now).stream())
                .toList();
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
