package io.bakstripe.coordinator.database;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGone;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotRemovalFailed;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The snapshots of a database. Only those in {@code ended} that are available can be restored: one that goes leaves that list before any of its files does.
 *
 * @param pending at most one is wanted or taken at a time
 * @param ended newest first, at most {@link #KEPT}
 * @param window when the last daily backup window closes, or closed, that a snapshot was wanted for
 * @param going those whose files are being deleted, in the order in which that was recorded
 * @param gone those deleted last, newest first, at most {@link #REMEMBERED}
 */
record SnapshotLog(
        Optional<PendingSnapshot> pending,
        List<Ended> ended,
        Optional<Instant> window,
        List<GoingSnapshot> going,
        List<SnapshotInfo> gone) {
    /** A year of daily ones. */
    static final int KEPT = 400;
    /** So that a call that deletes one can be repeated. */
    static final int REMEMBERED = 100;

    /**
     * @param request says where its files are
     * @param key of the call that asked for it
     */
    record Ended(SnapshotInfo info, BackupRequest request, Optional<CallKey> key) {
        Ended {
            // State of the first releases does not have it.
            key = key == null ? Optional.empty() : key;
        }

        @JsonIgnore
        boolean available() {
            return info.state() == SnapshotState.AVAILABLE;
        }
    }

    SnapshotLog {
        ended = List.copyOf(ended);
        // States of earlier versions do not have these.
        going = going == null ? List.of() : List.copyOf(going);
        gone = gone == null ? List.of() : List.copyOf(gone);
    }

    static SnapshotLog none() {
        return new SnapshotLog(Optional.empty(), List.of(), Optional.empty(), List.of(), List.of());
    }

    SnapshotLog wanted(SnapshotWanted event) {
        return new SnapshotLog(
                Optional.of(PendingSnapshot.of(event)), ended, event.window().or(() -> window), going, gone);
    }

    SnapshotLog registered(TaskId task) {
        return new SnapshotLog(pending.map(wanted -> wanted.registered(task)), ended, window, going, gone);
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
        List<Ended> all = new ArrayList<>(ended);
        all.add(0, new Ended(info, taken.request(), taken.key()));
        return new SnapshotLog(Optional.empty(), listed(all), window, going, gone);
    }

    /** Those that failed make room first: nothing is lost with them, while files of an available one stay in the storage unseen. */
    private static List<Ended> listed(List<Ended> all) {
        if (all.size() > KEPT) {
            int oldest = all.size() - 1;
            for (int index = oldest; index > 0; index--) {
                if (!all.get(index).available()) {
                    oldest = index;
                    break;
                }
            }
            all.remove(oldest);
        }
        return all;
    }

    /** After an event of a snapshot's removal; empty when it is of something else. */
    Optional<SnapshotLog> removal(DatabaseEvent event) {
        if (event instanceof SnapshotGoing leaves) {
            Ended snapshot = ended(leaves.snapshot())
                    .orElseThrow(() -> new IllegalStateException("no snapshot " + leaves.snapshot()));
            return Optional.of(new SnapshotLog(
                    pending,
                    ended.stream().filter(other -> other != snapshot).toList(),
                    window,
                    Stream.concat(going.stream(), Stream.of(GoingSnapshot.of(snapshot, leaves)))
                            .toList(),
                    gone));
        } else if (event instanceof SnapshotRemovalFailed failed) {
            return Optional.of(withGoing(going.stream()
                    .map(other -> other.id().equals(failed.snapshot()) ? other.failed(failed.problem()) : other)
                    .toList()));
        } else if (event instanceof SnapshotGone left) {
            Stream<SnapshotInfo> last = going(left.snapshot()).map(GoingSnapshot::gone).stream();
            return Optional.of(new SnapshotLog(
                    pending,
                    ended,
                    window,
                    going.stream()
                            .filter(other -> !other.id().equals(left.snapshot()))
                            .toList(),
                    Stream.concat(last, gone.stream()).limit(REMEMBERED).toList()));
        }
        return Optional.empty();
    }

    private SnapshotLog withGoing(List<GoingSnapshot> next) {
        return new SnapshotLog(pending, ended, window, next, gone);
    }

    /** One that has ended, if it is still listed and does not go. */
    Optional<Ended> ended(SnapshotId id) {
        return ended.stream().filter(other -> other.info().id().equals(id)).findFirst();
    }

    Optional<GoingSnapshot> going(SnapshotId id) {
        return going.stream().filter(other -> other.id().equals(id)).findFirst();
    }

    /** The snapshot that a call with this key asked for within the time that keys are kept. */
    Optional<SnapshotId> ofKey(String key, Instant now) {
        Instant oldest = now.minus(EndedTask.KEY_WINDOW);
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

    /** True when nothing is to be done until somebody calls, or the next round of retention comes. */
    boolean idle() {
        return pending.isEmpty()
                && going.stream().allMatch(left -> left.problem().isPresent());
    }
}
