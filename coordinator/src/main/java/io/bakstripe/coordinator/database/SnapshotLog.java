package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.SnapshotId;
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

    /**
     * @param request says where its files are
     * @param key of the call that asked for it
     */
    record Ended(SnapshotInfo info, BackupRequest request, Optional<CallKey> key) {
        Ended {
            // State of the first releases does not have it.
            key = key == null ? Optional.empty() : key;
        }
    }

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
        Ended entry = new Ended(info, taken.request(), taken.key());
        return new SnapshotLog(
                Optional.empty(),
                Stream.concat(Stream.of(entry), ended.stream()).limit(KEPT).toList(),
                window);
    }

    /** The snapshot that a call with this key asked for within the time that keys are kept. */
    Optional<SnapshotId> ofKey(String key, Instant now) {
        Instant oldest = now.minus(DatabaseRecord.KEY_WINDOW);
        return Stream.concat(
                        pending.stream()
                                .filter(wanted ->
                                        uses(wanted.key(), key) && wanted.at().isAfter(oldest))
                                .map(PendingSnapshot::id),
                        ended.stream()
                                .filter(entry -> uses(entry.key(), key)
                                        && entry.info().requestedAt().isAfter(oldest))
                                .map(entry -> entry.info().id()))
                .findFirst();
    }

    private static boolean uses(Optional<CallKey> key, String asked) {
        return key.filter(known -> known.key().equals(asked)).isPresent();
    }

    /** True while a snapshot has no task yet: the instance is to register it. */
    boolean unregistered() {
        return pending.filter(wanted -> wanted.task().isEmpty()).isPresent();
    }
}
