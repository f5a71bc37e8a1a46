package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.util.Optional;

/** What a backup goes on from, and whether there is something to go on from (rows L5, L8, B4; messages 3035, 4208, 4214). */
final class BackupRules {
    private BackupRules() {}

    /**
     * Why the backup is refused; empty when it may be made.
     *
     * @param atStart false while full backups that are to be made first may still bring what it goes on from
     */
    static Optional<Problem> refusal(DatabaseRecord state, InstanceView view, BackupRequest request, boolean atStart) {
        BackupHistory history = state.history();
        DatabaseName database = request.database();
        if (request.type() == BackupType.FULL) {
            return Optional.empty();
        }
        if (request.type() == BackupType.LOG && model(view, database) != RecoveryModel.FULL) {
            return Optional.of(BackupError.SIMPLE_MODEL.problem(database));
        }
        Optional<Problem> overwrites = history.builtOnAmong(request.files())
                .map(set -> BackupError.OVERWRITES_OWN_BASE
                        .problem(set.files().get(0), set.setId())
                        .on("s3_arn_to_backup_to"));
        if (overwrites.isPresent() || (!atStart && fullIsPending(state))) {
            return overwrites;
        }
        return request.type() == BackupType.DIFFERENTIAL
                ? withoutBase(history, database)
                : withoutChain(history, database);
    }

    /** What it goes on from as things stand; empty for one that may not be made now. */
    static Optional<BackupBasis> basis(DatabaseRecord state, InstanceView view, BackupRequest request) {
        BackupHistory history = state.history();
        return switch (request.type()) {
            case FULL -> Optional.of(BackupBasis.full(model(view, request.database()) == RecoveryModel.FULL));
            case DIFFERENTIAL -> history.differentialBase().map(BackupBasis::differential);
            case LOG ->
                history.chain().filter(chain -> history.broken().isEmpty()).map(BackupBasis::log);
        };
    }

    /** Of a database that is not declared it is simple: no one has asked for its log to be kept. */
    static RecoveryModel model(InstanceView view, DatabaseName database) {
        return view.definition()
                .database(database)
                .map(DeclaredDatabase::recoveryModel)
                .orElse(RecoveryModel.SIMPLE);
    }

    private static boolean fullIsPending(DatabaseRecord state) {
        return state.tasks().stream()
                .anyMatch(task -> !task.snapshot()
                        && task.origin().request() instanceof BackupRequest backup
                        && backup.type() == BackupType.FULL);
    }

    private static Optional<Problem> withoutBase(BackupHistory history, DatabaseName database) {
        if (history.base().isPresent()) {
            return history.snapshotSince().map(snapshot -> BackupError.SNAPSHOT_SINCE_FULL.problem(database, snapshot));
        }
        String why = history.lastNativeFull()
                .map(full -> full.gone()
                        ? "The files of the last one, " + full.setId() + ", were overwritten."
                        : "The last one, " + full.setId() + ", holds damaged pages and serves as no base.")
                .orElse("");
        return Optional.of(withHint(BackupError.NO_DIFFERENTIAL_BASE, database, why));
    }

    private static Optional<Problem> withoutChain(BackupHistory history, DatabaseName database) {
        if (history.chain().isPresent() && history.broken().isEmpty()) {
            return Optional.empty();
        }
        String why = history.broken()
                .map(broken -> "The last chain of logs is broken: " + broken.detail() + ".")
                .orElse("");
        return Optional.of(withHint(BackupError.NO_CURRENT_BACKUP, database, why));
    }

    private static Problem withHint(BackupError error, DatabaseName database, String why) {
        // Both entries of the catalogue end their hint with a reason, which may be empty.
        Problem problem = error.problem(database, why);
        return problem.withHint(problem.hint().strip());
    }
}
