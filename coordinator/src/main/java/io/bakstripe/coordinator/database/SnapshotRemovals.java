package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.javadsl.ActorContext;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGone;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotRemovalFailed;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.DeleteSnapshot;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.DeleteSnapshotReply;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand.SnapshotFilesReply;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes snapshots, one at a time: that one goes is recorded before a worker is told to delete its files, and that it is gone once none of them is left.
 *
 * <p>One whose first deletion was not answered when the node died is deleted again by the next incarnation. One that failed is tried again in the next round, or
 * when a call asks for it; which those are lives in memory only, and the round that follows a restart names them again.
 */
final class SnapshotRemovals {
    /** A worker has answered, or none has. */
    record FilesRemoved(SnapshotId snapshot, Optional<Problem> problem)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final SnapshotSettings settings;
    private final Peers peers;
    private final RetentionRules rules;
    private final Set<SnapshotId> again = new HashSet<>();
    private boolean asked;

    SnapshotRemovals(
            ActorContext<DatabaseMessage> context, DatabaseRef database, SnapshotSettings settings, Peers peers) {
        this.context = context;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
        this.rules = new RetentionRules(settings);
    }

    void forget() {
        asked = false;
        again.clear();
    }

    /** Nothing to record where the caller has been answered already. */
    Decided delete(DatabaseRecord state, DeleteSnapshot call, Instant now) {
        SnapshotId id = call.snapshot();
        SnapshotLog log = state.snapshots();
        Optional<DeleteSnapshotReply> known = log.going(id)
                .map(GoingSnapshot::shown)
                .or(() ->
                        log.gone().stream().filter(gone -> gone.id().equals(id)).findFirst())
                .map(DeleteSnapshotReply.Accepted::new);
        Optional<DeleteSnapshotReply> answer = known.or(() -> refusal(log, id).map(DeleteSnapshotReply.Refused::new));
        if (answer.isEmpty() && log.ended(id).isPresent()) {
            SnapshotGoing going = new SnapshotGoing(
                    state.lastTask(),
                    id,
                    RemovalCause.CALL,
                    Optional.of(call.login().name()),
                    now);
            return Decided.of(Optional.of(going), next -> accept(next, call));
        }
        if (log.going(id).isPresent()) {
            again.add(id);
        }
        call.replyTo().tell(answer.orElseGet(DeleteSnapshotReply.Unknown::new));
        askIfDue(state);
        return Decided.of(Optional.empty());
    }

    private Optional<Problem> refusal(SnapshotLog log, SnapshotId id) {
        Optional<Problem> underWay = log.pending()
                .filter(pending -> pending.id().equals(id))
                .map(pending -> BackupError.SNAPSHOT_NOT_ENDED.problem(id, pending.display()));
        return underWay.or(() -> log.ended(id)
                .filter(ended -> !settings.deleted())
                .map(ended -> BackupError.SNAPSHOT_KEPT.problem("snapshot " + id)));
    }

    private static void accept(DatabaseRecord state, DeleteSnapshot call) {
        state.snapshots()
                .going(call.snapshot())
                .ifPresent(going -> call.replyTo().tell(new DeleteSnapshotReply.Accepted(going.shown())));
    }

    /** What a round of retention records; whatever could not be deleted is tried again with it. */
    Decided round(DatabaseRecord state, Instant now) {
        state.snapshots().going().forEach(going -> again.add(going.id()));
        askIfDue(state);
        Decided round = new Decided(rules.due(state, now), next -> pruned());
        if (round.events().isEmpty()) {
            pruned();
        }
        return round;
    }

    private void pruned() {
        peers.instance(database.instance()).tell(new InstanceCommand.SnapshotsPruned(database));
    }

    /** Has the files deleted of the one that is next, unless that is under way. */
    void askIfDue(DatabaseRecord state) {
        if (asked) {
            return;
        }
        state.snapshots().going().stream()
                .filter(going -> going.problem().isEmpty() || again.contains(going.id()))
                .findFirst()
                .ifPresent(this::ask);
    }

    private void ask(GoingSnapshot going) {
        asked = true;
        context.getLog().info("snapshot {} is deleted: {}", going.id(), going.cause());
        context.ask(
                SnapshotFilesReply.class,
                peers.snapshotFiles(),
                settings.retention().limit(),
                replyTo -> new SnapshotFilesCommand.Remove(going.id(), going.files(), replyTo),
                (reply, silence) -> new FilesRemoved(going.id(), problem(going.id(), reply)));
    }

    private static Optional<Problem> problem(SnapshotId id, @Nullable SnapshotFilesReply reply) {
        if (reply instanceof SnapshotFilesReply.Removed) {
            return Optional.empty();
        }
        return Optional.of(
                reply instanceof SnapshotFilesReply.Failed failed
                        ? failed.problem()
                        : BackupError.SNAPSHOT_REMOVAL_UNANSWERED.problem(id));
    }

    /** What an answer records: nothing when it is the one that is recorded already. */
    Decided done(DatabaseRecord state, FilesRemoved done, Instant now) {
        asked = false;
        again.remove(done.snapshot());
        done.problem()
                .ifPresent(problem -> context.getLog()
                        .warn("snapshot {} could not be deleted: {}", done.snapshot(), problem.asTaskInfo()));
        Optional<DatabaseEvent> next = state.snapshots()
                .going(done.snapshot())
                .filter(going -> done.problem().isEmpty() || !going.problem().equals(done.problem()))
                .map(going -> done.problem()
                        .<DatabaseEvent>map(
                                problem -> new SnapshotRemovalFailed(state.lastTask(), done.snapshot(), problem, now))
                        .orElseGet(() -> new SnapshotGone(state.lastTask(), done.snapshot(), now)));
        if (next.isEmpty()) {
            askIfDue(state);
        }
        return Decided.of(next);
    }
}
