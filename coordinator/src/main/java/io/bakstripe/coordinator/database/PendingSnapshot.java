package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot that has been asked for and has not ended; components as in {@link SnapshotWanted}.
 *
 * @param task once it is registered
 */
record PendingSnapshot(
        SnapshotId id,
        SnapshotKind kind,
        BackupRequest request,
        InstanceView view,
        Optional<TaskId> restore,
        Instant at,
        Optional<TaskId> task,
        Optional<CallKey> key) {

    PendingSnapshot {
        // State of the first releases does not have it.
        key = key == null ? Optional.empty() : key;
    }

    static PendingSnapshot of(SnapshotWanted wanted) {
        return new PendingSnapshot(
                wanted.snapshot(),
                wanted.kind(),
                wanted.request(),
                wanted.view(),
                wanted.restore(),
                wanted.at(),
                Optional.empty(),
                wanted.key());
    }

    PendingSnapshot registered(TaskId given) {
        return new PendingSnapshot(id, kind, request, view, restore, at, Optional.of(given), key);
    }

    /** The name of the database that it shows. */
    DatabaseName display() {
        return request.database();
    }
}
