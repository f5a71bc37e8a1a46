package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.FinishStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Says which events are due, given what is recorded and what the workers reported last.
 *
 * <p>It looks at levels, not at messages: a report that comes twice, late or after a restart leads to the same events once.
 */
final class Steps {
    private final DatabaseSettings settings;
    private final Supplier<UUID> ids;
    private final BackupSteps backup;
    private final RestoreSteps restore;
    private final Snapshotting snapshots;

    Steps(DatabaseSettings settings, Supplier<UUID> ids) {
        this.settings = settings;
        this.ids = ids;
        this.snapshots = new Snapshotting(settings.snapshots(), ids);
        this.backup = new BackupSteps(settings, this);
        this.restore = new RestoreSteps(settings, this);
    }

    /** The task that is to be looked after: the one that runs, else the one that holds a slot, else the oldest. */
    static Optional<TaskState> head(DatabaseRecord state, Live live) {
        return state.running()
                .or(() -> live.slot().flatMap(state::unfinished))
                .or(() -> state.tasks().stream().findFirst());
    }

    /** What is to be recorded now; empty when the head task waits for something. */
    List<DatabaseEvent> due(DatabaseRecord state, Live live, Instant now) {
        return snapshots.following(state, dueForHead(state, live, now), now);
    }

    private List<DatabaseEvent> dueForHead(DatabaseRecord state, Live live, Instant now) {
        return head(state, live)
                .map(task -> {
                    List<DatabaseEvent> cut = WindowSteps.due(task, live, now);
                    return cut.isEmpty() ? dueOf(state, task, live, now) : cut;
                })
                .orElse(List.of());
    }

    private List<DatabaseEvent> dueOf(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return switch (task.phase()) {
            case WAITING -> task.snapshot() ? startSnapshot(state, task, live, now) : waiting(state, task, live, now);
            case APPLYING, KEEPING, KEPT, RECOVERING, RECOVERED, DISCARDING -> restore.due(state, task, live, now);
            default -> backup.due(state, task, live, now);
        };
    }

    /** Its files are its own and its storage is no caller's: there is nothing for pre-flight to ask, and no slot to wait for. */
    private List<DatabaseEvent> startSnapshot(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return Snapshotting.refusalAtStart(state, task)
                .map(problem -> end(task, live, TaskEnd.error(problem), now))
                .orElseGet(() -> List.of(begin(state, task, Optional.empty(), List.of(), now)));
    }

    private List<DatabaseEvent> waiting(DatabaseRecord state, TaskState task, Live live, Instant now) {
        if (task.cancellation().isPresent()) {
            return end(task, live, TaskEnd.CANCELLED, now);
        }
        Optional<TaskId> failedStep = task.origin().waitsFor().stream()
                .filter(step -> state.ended(step)
                        .filter(ended -> ended.detail().row().lifecycle() != Lifecycle.SUCCESS)
                        .isPresent())
                .findFirst();
        if (failedStep.isPresent()) {
            return end(task, live, TaskEnd.error(BackupError.RESTORE_STEP_FAILED.problem(failedStep.get())), now);
        }
        if (live.start().passed()) {
            Optional<SetFacts> set = live.start().set();
            return SubmissionRules.refusalAtStart(state, task, set)
                    .map(problem -> notBegun(task, live, problem, now))
                    .orElseGet(
                            () -> List.of(begin(state, task, set, live.start().warnings(), now)));
        }
        return live.start()
                .refusal(settings.attempts())
                .map(problem -> notBegun(task, live, problem, now))
                .orElse(List.of());
    }

    /** What pre-flight has said stays to be read: it may have dropped databases for a restore that does not begin after all. */
    private static List<DatabaseEvent> notBegun(TaskState task, Live live, Problem problem, Instant now) {
        return end(task, live, TaskEnd.error(problem).remarking(live.start().warnings()), now);
    }

    /**
     * The beginning of the task's next attempt. Its number serves as the epoch until workers are handed over between coordinators.
     *
     * @param set that a restore has judged
     * @param warnings of the pre-flight that let it begin; further attempts have none, they stand in {@code task_info} already
     */
    DatabaseEvent begin(
            DatabaseRecord state, TaskState task, Optional<SetFacts> set, List<String> warnings, Instant now) {
        int attempt = task.nextAttempt();
        TaskRequest request = task.origin().request();
        List<String> lines = Stream.concat(
                        TaskInfo.starting(request, attempt, task.files()).stream(), warnings.stream())
                .toList();
        if (request instanceof FinishRequest) {
            return new FinishStarted(task.id(), attempt, attempt, lines, now);
        }
        if (request instanceof BackupRequest backup) {
            BackupBasis basis = basis(state, task, backup)
                    .orElseThrow(() -> new IllegalStateException("task " + task.id() + " has nothing to go on from"));
            return new BackupStarted(task.id(), attempt, attempt, new BackupSetId(ids.get()), lines, now, basis);
        }
        return new RestoreStarted(task.id(), attempt, attempt, lines, now, set);
    }

    /** A snapshot leaves the chain of logs alone: what the server keeps its log for is not its business. */
    private static Optional<BackupBasis> basis(DatabaseRecord state, TaskState task, BackupRequest backup) {
        return task.snapshot()
                ? Optional.of(BackupBasis.full(false))
                : BackupRules.basis(state, task.origin().view(), backup);
    }

    /** An identity for a history that has none yet. */
    String mintFork() {
        return ids.get().toString();
    }

    /** The end of the running attempt with this problem; another one follows if that may help. */
    List<DatabaseEvent> fail(TaskState task, Problem problem, boolean mayTryAgain, Instant now) {
        int fruitless = task.running().reach() > task.bestPercent() ? 1 : task.fruitless() + 1;
        boolean worthIt = mayTryAgain && problem.transientFailure();
        boolean again = worthIt && fruitless < settings.attempts();
        Problem shown = worthIt && !again
                ? BackupError.ATTEMPTS_EXHAUSTED
                        .problem(fruitless, problem.detail())
                        .withHint(problem.hint())
                : problem;
        return List.of(new AttemptFailed(task.id(), task.running().number(), again ? problem : shown, again, now));
    }

    /** What follows once an attempt is rolled back: the end when it was cancelled or failed for good, otherwise another attempt. */
    List<DatabaseEvent> rolledBack(DatabaseRecord state, TaskState task, Live live, Instant now) {
        Optional<Attempt.Failure> failure = task.running().failure();
        if (task.doomed()) {
            return end(task, live, TaskEnd.error(failure.orElseThrow().problem()), now);
        }
        if (task.cancellation().isPresent()) {
            return end(task, live, TaskEnd.CANCELLED, now);
        }
        if (failure.isEmpty()) {
            throw new IllegalStateException("task " + task.id() + " is rolled back without a reason");
        }
        return now.isBefore(live.since().plus(settings.retryDelay()))
                ? List.of()
                : List.of(begin(state, task, task.set(), List.of(), now));
    }

    static List<DatabaseEvent> end(TaskState task, Live live, TaskEnd end, Instant now) {
        TaskDetail detail = TaskDetails.ended(task, live, end, now);
        return List.of(
                task.snapshot()
                        ? new SnapshotEnded(task.id(), detail, Optional.empty(), now)
                        : new TaskEnded(task.id(), detail, now));
    }
}
