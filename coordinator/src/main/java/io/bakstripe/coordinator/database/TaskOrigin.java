package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a task was created from; never changes. Components as in {@link TaskCreated}.
 *
 * @param snapshot present when it is no native task but a snapshot
 */
record TaskOrigin(
        UUID submission,
        Optional<CallKey> key,
        TaskRequest request,
        DatabaseName display,
        InstanceView view,
        String login,
        List<TaskId> waitsFor,
        Instant createdAt,
        Optional<SetFacts> set,
        Optional<Snapshot> snapshot) {

    /** In the place of a login: nobody has called. */
    private static final String SERVICE = "bakstripe";

    /** What a snapshot is. */
    record Snapshot(SnapshotId id, SnapshotKind kind) {}

    TaskOrigin {
        waitsFor = List.copyOf(waitsFor);
        // Snapshots of the first release do not have these.
        set = set == null ? Optional.empty() : set;
        snapshot = snapshot == null ? Optional.empty() : snapshot;
    }

    static TaskOrigin of(PendingSnapshot wanted) {
        return new TaskOrigin(
                wanted.id().value(),
                Optional.empty(),
                wanted.request(),
                wanted.display(),
                wanted.view(),
                SERVICE,
                List.of(),
                wanted.at(),
                Optional.empty(),
                Optional.of(new Snapshot(wanted.id(), wanted.kind())));
    }

    static TaskOrigin of(TaskCreated created) {
        return new TaskOrigin(
                created.submission(),
                created.key(),
                created.request(),
                created.display(),
                created.view(),
                created.login(),
                created.waitsFor(),
                created.at(),
                created.set(),
                Optional.empty());
    }
}
