package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.sequence.InstanceRules;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.coordinator.sequence.RestoreSequence;
import io.bakstripe.coordinator.sequence.RestoreSequence.PendingStep;
import io.bakstripe.coordinator.sequence.RestoreSequence.Standing;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** The rules of sequence: whether a call may become a task, and a task may begin, while the database stands as it does. */
final class SubmissionRules {
    private SubmissionRules() {}

    /**
     * Why the call is refused; empty when it may become a task. Tasks that are pending are taken to end well.
     *
     * @param set that a restore names; absent as long as nobody looked into its files
     */
    static Optional<Problem> refusal(
            DatabaseRecord state, InstanceView view, TaskRequest request, Login login, Optional<SetFacts> set) {
        if (state.swapping()) {
            return Optional.of(BackupError.SWAP_UNDER_WAY.problem(request.database()));
        }
        if (request instanceof BackupRequest backup) {
            return notOnline(state, view, request)
                    .or(() -> whileSnapshot(state, backup))
                    .or(() -> BackupRules.refusal(state, view, backup, false));
        }
        Optional<Problem> busy =
                request instanceof RestoreRequest restore && restore.snapshot().isPresent()
                        ? PartialRules.refusal(state, view)
                        : Optional.empty();
        return busy.or(() -> ofRestore(state, view, request, Optional.of(login), set, pending(state)));
    }

    /** Why a task may not begin now that its turn has come. */
    static Optional<Problem> refusalAtStart(DatabaseRecord state, TaskState task, Optional<SetFacts> set) {
        InstanceView view = task.origin().view();
        if (task.origin().request() instanceof BackupRequest backup) {
            return notOnline(state, view, backup).or(() -> BackupRules.refusal(state, view, backup, true));
        }
        // Who may was decided by the call: no other restore step can have come in between it and its task.
        return ofRestore(state, view, task.origin().request(), Optional.empty(), set, List.of());
    }

    /** Why a call to drop the database, or the one that is kept of it, is refused. */
    static Optional<Problem> dropRefusal(DatabaseRecord state, InstanceView view, DatabaseName database, Login login) {
        if (state.swapping()) {
            return Optional.of(BackupError.SWAP_UNDER_WAY.problem(database));
        }
        if (state.kept().isPresent()) {
            return Optional.empty();
        }
        return RestoreSequence.dropRefusal(
                standing(state, view, database), pending(state), database, view.name(), login);
    }

    /** The name of the database if it is open for use: as a restore spelled it, else as it is declared. */
    static Optional<DatabaseName> existing(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        return state.restored().or(() -> view.definition().database(asked).map(DeclaredDatabase::name));
    }

    /** The name that a task of this database shows. */
    static DatabaseName display(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        return existing(state, view, asked)
                .or(() -> state.position().map(RestorePosition::display))
                .orElse(asked);
    }

    /** The name that goes with what the database shows as. */
    static Optional<DatabaseName> shownName(DatabaseRecord state) {
        return state.restored()
                .or(() -> state.position().map(RestorePosition::display))
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

    /** The moment that a log restore stops at. */
    static Optional<Instant> stopAt(InstanceView view, TaskRequest request) {
        return request instanceof RestoreRequest restore
                ? restore.stopAt().map(at -> at.in(ZoneId.of(view.definition().timeZone())))
                : Optional.empty();
    }

    private static Optional<Problem> ofRestore(
            DatabaseRecord state,
            InstanceView view,
            TaskRequest request,
            Optional<Login> login,
            Optional<SetFacts> set,
            List<PendingStep> pending) {
        if (request instanceof RestoreRequest restore && restore.replaces()) {
            Optional<Problem> refusal = ReplacementRules.refusal(state, view, restore, pending);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        try {
            return RestoreSequence.refusal(
                            standing(state, view, request, login.isPresent()),
                            pending,
                            new RestoreSequence.Call(view.name(), request, login, set, stopAt(view, request)))
                    .or(() -> set.flatMap(found -> InstanceRules.refusal(view.definition(), found)));
        } catch (BakstripeException ambiguous) {
            return Optional.of(ambiguous.problem());
        }
    }

    /** What the restore of a snapshot finds partially restored when it is called is gone when it begins (row D2). */
    private static Standing standing(DatabaseRecord state, InstanceView view, TaskRequest request, boolean beforehand) {
        Standing now = standing(state, view, request.database());
        boolean cleared =
                request instanceof RestoreRequest restore && restore.snapshot().isPresent();
        return beforehand && cleared ? new Standing(now.online(), Optional.empty()) : now;
    }

    private static Standing standing(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        return new Standing(existing(state, view, asked), state.position());
    }

    private static List<PendingStep> pending(DatabaseRecord state) {
        return state.tasks().stream()
                .filter(task -> !task.backup())
                .map(task -> new PendingStep(
                        task.id(), task.origin().display(), task.origin().request(), task.set()))
                .toList();
    }

    /** Row L10. A task that was accepted before waits instead, because at most one runs. */
    private static Optional<Problem> whileSnapshot(DatabaseRecord state, BackupRequest backup) {
        return state.running()
                .flatMap(task -> task.origin().snapshot())
                .map(snapshot -> BackupError.SNAPSHOT_RUNNING.problem(backup.database(), snapshot.id()));
    }

    private static Optional<Problem> notOnline(DatabaseRecord state, InstanceView view, TaskRequest request) {
        if (existing(state, view, request.database()).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(state.stage()
                .shown()
                .map(shown -> BackupError.DATABASE_NOT_ONLINE.problem(request.database(), shown))
                .orElseGet(() -> BackupError.DATABASE_UNKNOWN.problem(request.database(), view.name())));
    }
}
