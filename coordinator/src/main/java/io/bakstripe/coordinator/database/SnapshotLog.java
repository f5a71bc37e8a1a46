package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.StripeDetail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The snapshots of a database.
 *
 * @param pending at most one is wanted or taken at a time
 * @param ended newest first, at most {@link #KEPT}
 * @param window when the last daily backup window closes, or closed, that a snapshot was wanted for
 */
record SnapshotLog(Optional<PendingSnapshot> pending, List<Ended> ended, Optional<Instant> window) {
    /** A year of daily ones. */
    static final int KEPT = 400;

    /** @param request says where its files are */
    record Ended(SnapshotInfo info, BackupRequest request) {}

    SnapshotLog {
        ended = List.copyOf(ended);
    }

    static SnapshotLog none() {
        return new SnapshotLog(Optional.empty(), List.of(), Optional.empty());
    }

    SnapshotLog wanted(SnapshotWanted event) {
        return new SnapshotLog(
                Optional.of(PendingSnapshot.of(event)), ended, event.window().or(() -> window));
    }

    SnapshotLog registered(TaskId task) {
        return new SnapshotLog(pending.map(wanted -> wanted.registered(task)), ended, window);
    }

    SnapshotLog ended(TaskState task, SnapshotEnded event) {
        PendingSnapshot taken =
                pending.orElseThrow(() -> new IllegalStateException("no snapshot is wanted for task " + event.task()));
        boolean available = event.detail().row().lifecycle() == Lifecycle.SUCCESS;
        SnapshotInfo info = new SnapshotInfo(
                taken.id(),
                taken.display(),
                taken.kind(),
                available ? SnapshotState.AVAILABLE : SnapshotState.FAILED,
                taken.at(),
                task.startedAt(),
                Optional.of(event.at()),
                Optional.of(event.detail().stripes().stream()
                                .mapToLong(StripeDetail::storedBytes)
                                .sum())
                        .filter(bytes -> available),
                event.detail().problem().map(Problem::asTaskInfo));
        Ended entry = new Ended(info, taken.request());
        return new SnapshotLog(
                Optional.empty(),
                Stream.concat(Stream.of(entry), ended.stream()).limit(KEPT).toList(),
                window);
    }

    /** True while a snapshot has no task yet: the instance is to register it. */
    boolean unregistered() {
        return pending.filter(wanted -> wanted.task().isEmpty()).isPresent();
    }
}
