package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a task was created from; never changes. Components as in {@link TaskCreated}. */
record TaskOrigin(
        UUID submission,
        Optional<CallKey> key,
        TaskRequest request,
        DatabaseName display,
        InstanceView view,
        String login,
        List<TaskId> waitsFor,
        Instant createdAt,
        Optional<SetFacts> set) {

    TaskOrigin {
        waitsFor = List.copyOf(waitsFor);
        // Snapshots of the first release do not have it.
        set = set == null ? Optional.empty() : set;
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
                created.set());
    }
}
