package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.sequence.InstanceRules;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.time.Instant;
import java.util.Optional;

/** Says which database's coordinator a call goes to. Names are resolved here, so that nonsense creates nothing. */
final class RoutingRules {
    /** Either where the call goes, with the instance as it stands, or why it goes nowhere. */
    record Route(Optional<DatabaseRef> database, Optional<InstanceView> view, Optional<Problem> problem) {}

    private RoutingRules() {}

    static Route of(
            InstanceRecord state, InstanceName instance, TaskRequest request, Optional<RequestKey> key, Instant now) {
        Optional<InstanceView> view = state.view();
        if (view.isEmpty()) {
            return refused(BackupError.INSTANCE_UNKNOWN.problem(instance));
        }
        Optional<UsedKey> used = key.flatMap(asked -> state.usedKey(asked.key(), now));
        if (used.isPresent()) {
            // The database's coordinator answers a repeated call with the row that it has.
            return sameCall(used.get(), key)
                    ? new Route(Optional.of(used.get().database()), view, Optional.empty())
                    : refused(BackupError.IDEMPOTENCY_KEY_REUSED.problem());
        }
        Optional<Problem> notAllowed = InstanceRules.refusal(view.get().definition(), request, now);
        if (notAllowed.isPresent()) {
            return refused(notAllowed.get());
        }
        DatabaseName name = request.database();
        if (!request.taskType().isBackup() && view.get().definition().host().isEmpty()) {
            return refused(BackupError.INSTANCE_NOT_MANAGED.problem(instance));
        }
        // Only names that were declared or restored lead to a database: others would bring one to life for nothing.
        boolean makes = request instanceof RestoreRequest restore && restore.type() == BackupType.FULL;
        boolean replaces = request instanceof RestoreRequest other && other.replaces();
        if (replaces && !state.knows(name)) {
            return refused(BackupError.REPLACE_NOTHING.problem(name, instance));
        }
        if (!makes && !state.knows(name)) {
            return refused(
                    request instanceof RestoreRequest
                            ? BackupError.RESTORE_NEEDS_FULL.problem(name)
                            : BackupError.DATABASE_UNKNOWN.problem(name, instance));
        }
        return new Route(Optional.of(DatabaseRef.of(instance, name)), view, Optional.empty());
    }

    /** Where a call about a database goes that must be known already. */
    static Route ofKnown(InstanceRecord state, InstanceName instance, DatabaseName name) {
        Optional<InstanceView> view = state.view();
        if (view.isEmpty()) {
            return refused(BackupError.INSTANCE_UNKNOWN.problem(instance));
        }
        return state.knows(name)
                ? new Route(Optional.of(DatabaseRef.of(instance, name)), view, Optional.empty())
                : refused(BackupError.DATABASE_UNKNOWN.problem(name, instance));
    }

    /** Where a call goes that takes a snapshot: a key of another call refuses it, as it does a procedure. */
    static Route ofSnapshot(
            InstanceRecord state, InstanceName instance, DatabaseName name, Optional<RequestKey> key, Instant now) {
        return key.flatMap(asked -> state.usedKey(asked.key(), now))
                .filter(used -> !sameCall(used, key))
                .map(used -> refused(BackupError.IDEMPOTENCY_KEY_REUSED.problem()))
                .orElseGet(() -> ofKnown(state, instance, name));
    }

    static boolean sameCall(UsedKey used, Optional<RequestKey> key) {
        return key.filter(asked -> asked.bodyHash().equals(used.key().bodyHash()))
                .isPresent();
    }

    private static Route refused(Problem problem) {
        return new Route(Optional.empty(), Optional.empty(), Optional.of(problem));
    }
}
