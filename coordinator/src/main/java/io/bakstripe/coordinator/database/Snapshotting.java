package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseReplaced;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.StoredSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TakeDailySnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TakeSnapshot;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides when a snapshot is taken (rows L5, L10, R8); that it is taken like a full backup is the business of {@link Steps}.
 *
 * <p>A snapshot is wanted, then registered with the instance for an id, and a task from then on that takes its turn among the native ones. It holds no slot
 * of the instance.
 */
final class Snapshotting {
    private final SnapshotSettings settings;
    private final Supplier<UUID> ids;

    Snapshotting(SnapshotSettings settings, Supplier<UUID> ids) {
        this.settings = settings;
        this.ids = ids;
    }

    /** Why a call is refused; empty when the snapshot may be taken. */
    Optional<Problem> refusal(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        if (!settings.taken()) {
            return Optional.of(BackupError.SNAPSHOT_STORAGE_ABSENT.problem());
        }
        if (state.swapping()) {
            return Optional.of(BackupError.SWAP_UNDER_WAY.problem(asked));
        }
        return notOnline(state, view, asked)
                .or(() -> state.snapshots()
                        .pending()
                        .map(pending -> BackupError.SNAPSHOT_UNDER_WAY.problem(pending.display(), pending.id())));
    }

    private static Optional<Problem> notOnline(DatabaseRecord state, InstanceView view, DatabaseName asked) {
        if (SubmissionRules.existing(state, view, asked).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(state.stage()
                .shown()
                .map(shown -> BackupError.SNAPSHOT_NOT_ONLINE.problem(asked, shown))
                .orElseGet(() -> BackupError.DATABASE_UNKNOWN.problem(asked, view.name())));
    }

    /** What a call records that was not refused. */
    SnapshotWanted manual(DatabaseRecord state, TakeSnapshot call, Instant now) {
        return wanted(
                state,
                SnapshotKind.MANUAL,
                call.view(),
                call.database(),
                now,
                Optional.empty(),
                call.key().map(key -> new CallKey(key.key(), key.bodyHash())));
    }

    /** What the backup window records: nothing when it has done so before, or when the database does not allow a snapshot. */
    Optional<SnapshotWanted> daily(DatabaseRecord state, DatabaseName database, TakeDailySnapshot window, Instant now) {
        boolean known = state.snapshots().window().equals(Optional.of(window.closes()));
        return known || refusal(state, window.view(), database).isPresent()
                ? Optional.empty()
                : Optional.of(wanted(
                        state,
                        SnapshotKind.DAILY,
                        window.view(),
                        database,
                        now,
                        Optional.of(window.closes()),
                        Optional.empty()));
    }

    private SnapshotWanted wanted(
            DatabaseRecord state,
            SnapshotKind kind,
            InstanceView view,
            DatabaseName asked,
            Instant now,
            Optional<Instant> window,
            Optional<CallKey> key) {
        SnapshotId id = new SnapshotId(ids.get());
        BackupRequest request = request(view, id, SubmissionRules.display(state, view, asked));
        return new SnapshotWanted(state.lastTask(), id, kind, request, view, Optional.empty(), window, now, key);
    }

    private BackupRequest request(InstanceView view, SnapshotId id, DatabaseName display) {
        return new BackupRequest(display, settings.target(view.name(), id), false, settings.files());
    }

    /** What the instance's answer records when it is to the snapshot that is wanted and has no id yet. */
    static Optional<SnapshotCreated> registered(DatabaseRecord state, Registered answer, Instant now) {
        return state.snapshots()
                .pending()
                .filter(pending ->
                        pending.task().isEmpty() && pending.id().value().equals(answer.submission()))
                .map(pending -> new SnapshotCreated(answer.task(), now));
    }

    /** Why a snapshot cannot begin now that its turn has come. */
    static Optional<Problem> refusalAtStart(DatabaseRecord state, TaskState task) {
        return notOnline(state, task.origin().view(), task.origin().display());
    }

    /**
     * What is due with what snapshots have to do with it: the end of a restore that opened the database wants the initial one (row R8), and where that fails
     * the restore says so.
     */
    List<DatabaseEvent> following(DatabaseRecord state, List<DatabaseEvent> due, Instant now) {
        List<DatabaseEvent> all = new ArrayList<>();
        for (DatabaseEvent event : due) {
            if (event instanceof SnapshotEnded ended) {
                all.add(new SnapshotEnded(ended.task(), ended.detail(), failureOf(state, ended, now), now));
            } else {
                all.add(event);
                if (event instanceof TaskEnded ended && opens(state, due, ended)) {
                    all.add(initial(state, ended, now));
                }
            }
        }
        return all;
    }

    private boolean opens(DatabaseRecord state, List<DatabaseEvent> due, TaskEnded ended) {
        boolean opened =
                due.stream().anyMatch(event -> event instanceof DatabaseOpened || event instanceof DatabaseReplaced)
                        || state.unfinished(ended.task())
                                .filter(task -> task.phase() == TaskPhase.RECOVERED)
                                .isPresent();
        // Where one waits already, which may have been wanted while the database was being replaced, it is taken of
        // what was restored.
        boolean wanted = state.snapshots().pending().isPresent();
        return settings.taken() && opened && !wanted && ended.detail().row().lifecycle() == Lifecycle.SUCCESS;
    }

    private SnapshotWanted initial(DatabaseRecord state, TaskEnded restore, Instant now) {
        TaskState task = state.unfinished(restore.task()).orElseThrow();
        InstanceView view = task.origin().view();
        SnapshotId id = new SnapshotId(ids.get());
        return new SnapshotWanted(
                restore.task(),
                id,
                SnapshotKind.INITIAL,
                request(view, id, task.origin().display()),
                view,
                Optional.of(restore.task()),
                Optional.empty(),
                now);
    }

    private static Optional<TaskDetail> failureOf(DatabaseRecord state, SnapshotEnded ended, Instant now) {
        if (ended.detail().row().lifecycle() == Lifecycle.SUCCESS) {
            return Optional.empty();
        }
        String why = ended.detail().problem().map(Problem::asTaskInfo).orElse(TaskInfo.CANCELLED);
        return state.snapshots()
                .pending()
                .flatMap(PendingSnapshot::restore)
                .flatMap(state::ended)
                .map(restore -> TaskDetails.remarked(restore.detail(), TaskInfo.initialSnapshotFailed(why), now));
    }

    /** All snapshots, newest first. */
    static List<SnapshotInfo> shown(DatabaseRecord state) {
        Stream<SnapshotInfo> pending = state.snapshots().pending().stream().map(wanted -> pending(state, wanted));
        Stream<SnapshotInfo> ended = Stream.concat(
                        state.snapshots().ended().stream().map(SnapshotLog.Ended::info),
                        state.snapshots().going().stream().map(GoingSnapshot::shown))
                .sorted(Comparator.comparing(SnapshotInfo::requestedAt).reversed());
        return Stream.concat(pending, ended).toList();
    }

    /** One snapshot, with where its files are or will be. */
    static Optional<StoredSnapshot> stored(DatabaseRecord state, SnapshotId id) {
        Stream<StoredSnapshot> pending = state.snapshots().pending().stream()
                .map(wanted -> new StoredSnapshot(
                        pending(state, wanted), wanted.request().arn()));
        Stream<StoredSnapshot> ended = state.snapshots().ended().stream()
                .map(entry -> new StoredSnapshot(entry.info(), entry.request().arn()));
        return Stream.concat(pending, ended)
                .filter(snapshot -> snapshot.info().id().equals(id))
                .findFirst();
    }

    private static SnapshotInfo pending(DatabaseRecord state, PendingSnapshot wanted) {
        Optional<Instant> startedAt = wanted.task().flatMap(state::unfinished).flatMap(TaskState::startedAt);
        return new SnapshotInfo(
                wanted.id(),
                wanted.display(),
                wanted.kind(),
                startedAt.isPresent() ? SnapshotState.RUNNING : SnapshotState.WAITING,
                wanted.at(),
                startedAt,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
