package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot whose files are being deleted. It is none of the available ones any more, whatever is left of them.
 *
 * @param login that asked for it, where one did
 * @param problem why the files could not be deleted the last time; absent while they are being deleted for the first time
 */
record GoingSnapshot(
        SnapshotLog.Ended snapshot, RemovalCause cause, Optional<String> login, Optional<Problem> problem) {

    static GoingSnapshot of(SnapshotLog.Ended snapshot, SnapshotGoing event) {
        return new GoingSnapshot(snapshot, event.cause(), event.login(), Optional.empty());
    }

    GoingSnapshot failed(Problem why) {
        return new GoingSnapshot(snapshot, cause, login, Optional.of(why));
    }

    SnapshotId id() {
        return snapshot.info().id();
    }

    List<S3Arn> files() {
        return snapshot.request().files();
    }

    SnapshotInfo shown() {
        return shown(SnapshotState.DELETING);
    }

    /** As it is shown to whoever deletes it again. */
    SnapshotInfo gone() {
        return shown(SnapshotState.DELETED);
    }

    private SnapshotInfo shown(SnapshotState state) {
        SnapshotInfo info = snapshot.info();
        return new SnapshotInfo(
                info.id(),
                info.database(),
                info.kind(),
                state,
                info.requestedAt(),
                info.startedAt(),
                info.finishedAt(),
                info.bytes(),
                state == SnapshotState.DELETED ? Optional.empty() : problem.map(Problem::asTaskInfo));
    }
}
