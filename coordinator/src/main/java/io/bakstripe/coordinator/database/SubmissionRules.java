package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.TaskType;
import java.util.List;
import java.util.Optional;

/** The rules of sequence: whether a call may become a task while the database stands as it does. */
final class SubmissionRules {
    private SubmissionRules() {}

    /** Why the call is refused; empty when it may become a task. */
    static Optional<Problem> refusal(DatabaseRecord state, InstanceView view, TaskRequest request) {
        return request.taskType().isBackup() ? ofBackup(state, view, request) : ofRestore(state, view, request);
    }

    /** The name of the database if it exists: as a restore spelled it, else as it is declared. */
    static Optional<DatabaseName> existing(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        return state.restored().or(() -> view.definition().database(asked).map(DeclaredDatabase::name));
    }

    /** The name that goes with what the database shows as. */
    static Optional<DatabaseName> shownName(DatabaseRecord state) {
        return state.restored()
                .or(() -> state.running()
                        .filter(task -> task.phase().restoring())
                        .map(task -> task.origin().display()));
    }

    /** The unfinished restore steps that a new one has to wait for. */
    static List<TaskId> waitsFor(DatabaseRecord state, TaskRequest request) {
        return request.taskType().isBackup()
                ? List.of()
                : state.tasks().stream()
                        .filter(task -> !task.backup())
                        .map(TaskState::id)
                        .toList();
    }

    private static Optional<Problem> ofBackup(DatabaseRecord state, InstanceView view, TaskRequest request) {
        if (existing(state, view, request.database()).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(state.stage()
                .shown()
                .map(shown -> BackupError.DATABASE_NOT_ONLINE.problem(request.database(), shown))
                .orElseGet(() -> BackupError.DATABASE_UNKNOWN.problem(request.database(), view.name())));
    }

    private static Optional<Problem> ofRestore(DatabaseRecord state, InstanceView view, TaskRequest request) {
        Optional<DatabaseName> taken = existing(state, view, request.database());
        if (taken.isPresent()) {
            return Optional.of(BackupError.DATABASE_EXISTS.problem(taken.get()));
        }
        return state.tasks().stream()
                .filter(task -> task.origin().request().taskType() == TaskType.RESTORE_DB)
                .findFirst()
                .map(task -> task.origin().display().equals(request.database())
                        ? BackupError.RESTORE_PENDING.problem(request.database(), task.id())
                        // Another spelling of a name that is about to exist is a clash of names, not a repetition.
                        : BackupError.DATABASE_EXISTS.problem(task.origin().display()));
    }
}
