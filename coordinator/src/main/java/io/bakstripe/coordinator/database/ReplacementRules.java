package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.sequence.RestoreSequence.PendingStep;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.RestoreRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether a database that is ONLINE may be replaced by a restore, swapped with the one that is kept of it, and whether that one may be dropped. */
final class ReplacementRules {
    private ReplacementRules() {}

    /** Why a restore may not replace the database; what its set says is not asked here. */
    static Optional<Problem> refusal(
            DatabaseRecord state, InstanceView view, RestoreRequest request, List<PendingStep> pending) {
        DatabaseName name = request.database();
        if (view.definition().host().isEmpty() || isForeign(view, name)) {
            return Optional.of(BackupError.REPLACE_NOT_MANAGED.problem(name));
        }
        if (SubmissionRules.existing(state, view, name).isEmpty()) {
            return Optional.of(state.stage()
                    .shown()
                    .map(shown -> BackupError.REPLACE_NOT_ONLINE.problem(name, shown))
                    .orElseGet(() -> pending.isEmpty()
                            ? BackupError.REPLACE_NOTHING.problem(name, view.name())
                            : pending(name, pending.stream().map(PendingStep::task))));
        }
        if (state.kept().isPresent()) {
            return state.kept()
                    .map(kept -> BackupError.KEPT_ALREADY.problem(
                            name, kept.database().since()));
        }
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of(pending(name, pending.stream().map(PendingStep::task)));
    }

    private static boolean isForeign(InstanceView view, DatabaseName name) {
        return view.definition()
                .database(name)
                .filter(declared -> declared.jdbcUrl().isPresent())
                .isPresent();
    }

    private static Problem pending(DatabaseName name, Stream<TaskId> tasks) {
        return BackupError.RESTORE_TASKS_PENDING.problem(name, listed(tasks));
    }

    /** Why the database may not be swapped with the one that is kept of it now. */
    static Optional<Problem> swapRefusal(DatabaseRecord state, InstanceView view, DatabaseName name) {
        if (state.swapping()) {
            return Optional.of(BackupError.SWAP_UNDER_WAY.problem(name));
        }
        if (state.kept().isEmpty()) {
            boolean there = SubmissionRules.existing(state, view, name).isPresent()
                    || state.stage().shown().isPresent();
            return Optional.of(
                    there
                            ? BackupError.NOTHING_KEPT.problem(name)
                            : BackupError.DATABASE_UNKNOWN.problem(name, view.name()));
        }
        Optional<PendingSnapshot> snapshot = state.snapshots().pending();
        if (snapshot.isPresent()) {
            return snapshot.map(taken -> BackupError.SNAPSHOT_UNDER_WAY.problem(name, taken.id()));
        }
        return state.tasks().isEmpty()
                ? Optional.empty()
                : Optional.of(BackupError.SWAP_TASKS_PENDING.problem(
                        name, listed(state.tasks().stream().map(TaskState::id))));
    }

    private static String listed(Stream<TaskId> tasks) {
        return tasks.map(TaskId::toString).collect(Collectors.joining(", "));
    }
}
