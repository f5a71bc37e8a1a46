package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.message.DatabaseCommand.TakeDailySnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.TakeSnapshot;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers calls about snapshots; what is to be recorded before an answer is given back to the coordinator.
 *
 * <p>A call is answered once its snapshot is registered: from then on the instance wakes the database for it, whatever happens. The call that waits for that
 * lives in memory only; where it is lost the snapshot is taken all the same as soon as the database is woken, and the caller is not told.
 */
final class SnapshotCalls {
    private final DatabaseRef database;
    private final Peers peers;
    private final Snapshotting snapshots;
    private final List<TakeSnapshot> waiting = new ArrayList<>();

    SnapshotCalls(DatabaseRef database, Peers peers, Snapshotting snapshots) {
        this.database = database;
        this.peers = peers;
        this.snapshots = snapshots;
    }

    /** Nothing to record when the call is refused or repeats another one, which the caller is told then. */
    Decided take(DatabaseRecord state, TakeSnapshot call, Instant now) {
        Optional<SnapshotId> repeated =
                call.key().flatMap(key -> state.snapshots().ofKey(key.key(), now));
        if (repeated.isPresent()) {
            waiting.add(call);
            if (!state.snapshots().unregistered()) {
                answer(state, now);
            }
            return Decided.of(Optional.empty());
        }
        Optional<Problem> refusal = snapshots.refusal(state, call.view(), call.database());
        refusal.ifPresent(problem -> call.replyTo().tell(new SnapshotReply.Refused(problem)));
        if (refusal.isPresent()) {
            return Decided.of(Optional.empty());
        }
        waiting.add(call);
        return Decided.of(Optional.of(snapshots.manual(state, call, now)));
    }

    /** Where there is nothing to record the instance is answered at once. */
    Decided takeDaily(DatabaseRecord state, TakeDailySnapshot window, Instant now) {
        // A window passes over a database that has no name to be shown with: it is neither declared nor open.
        Optional<DatabaseName> name = SubmissionRules.shownName(state)
                .or(() -> window.view().definition().database(database.folded()).map(declared -> declared.name()));
        Optional<SnapshotWanted> wanted = name.flatMap(known -> snapshots.daily(state, known, window, now));
        if (wanted.isEmpty()) {
            seen(window);
        }
        return Decided.of(wanted, next -> seen(window));
    }

    private void seen(TakeDailySnapshot window) {
        peers.instance(database.instance()).tell(new InstanceCommand.DailySnapshotSeen(database, window.closes()));
    }

    /** The snapshot is registered. */
    void created(DatabaseRecord state, Instant now) {
        answer(state, now);
    }

    private void answer(DatabaseRecord state, Instant now) {
        List<SnapshotInfo> shown = Snapshotting.shown(state);
        for (TakeSnapshot call : waiting) {
            // A call without a key can only be the one whose snapshot was wanted last.
            Optional<SnapshotId> asked =
                    call.key().flatMap(key -> state.snapshots().ofKey(key.key(), now));
            call.replyTo()
                    .tell(new SnapshotReply.Accepted(shown.stream()
                            .filter(info ->
                                    asked.filter(id -> !id.equals(info.id())).isEmpty())
                            .findFirst()
                            .orElseThrow()));
        }
        waiting.clear();
    }

    /** After a restart: what is recorded holds, who waits does not. */
    void forget() {
        waiting.clear();
    }
}
