package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the restore of a snapshot means for the databases of its target (row D2): those that are partially restored are dropped before it begins. As with
 * {@code rds_drop_database} (row D1) one that still has restore tasks is not dropped; it keeps the whole restore from being made.
 */
final class PartialRules {
    private PartialRules() {}

    /** Whether a step with NORECOVERY or STANDBY has left the database RESTORING. */
    static boolean partial(DatabaseRecord state) {
        return state.position().isPresent();
    }

    /** Why the database may not be dropped; empty when it may be, and when it is not partially restored. */
    static Optional<Problem> refusal(DatabaseRecord state, InstanceView view) {
        String tasks = state.tasks().stream()
                .filter(task -> holds(task.origin().request()))
                .map(task -> task.id().toString())
                .collect(Collectors.joining(", "));
        return state.position()
                .map(RestorePosition::display)
                .filter(display -> !tasks.isEmpty())
                .map(display -> BackupError.PARTIAL_RESTORE_PENDING.problem(display, view.name(), tasks));
    }

    /** The restore of a snapshot does not go on with what is there: it drops it by itself. */
    private static boolean holds(TaskRequest request) {
        return !request.taskType().isBackup()
                && !(request instanceof RestoreRequest restore
                        && restore.snapshot().isPresent());
    }
}
