package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides which snapshots need not be kept any longer: those that ended too long ago, and available ones of which there are enough newer ones. Where nothing may be
 * deleted none goes. The newest available one never does, by whatever the clock says: which one that is follows from the order in which they ended.
 */
final class RetentionRules {
    private final SnapshotSettings settings;

    RetentionRules(SnapshotSettings settings) {
        this.settings = settings;
    }

    /** What a round records, oldest snapshot first. */
    List<DatabaseEvent> due(DatabaseRecord state, Instant now) {
        if (!settings.deleted()) {
            return List.of();
        }
        List<DatabaseEvent> due = new ArrayList<>();
        int available = 0;
        int counted = 0;
        for (SnapshotLog.Ended snapshot : state.snapshots().ended()) {
            boolean newest = snapshot.available() && available++ == 0;
            if (!concerned(snapshot.info())) {
                continue;
            }
            boolean tooMany =
                    snapshot.available() && counted++ >= settings.retention().number();
            Optional<RemovalCause> cause = tooMany
                    ? Optional.of(RemovalCause.NUMBER)
                    : Optional.of(RemovalCause.AGE).filter(age -> tooOld(snapshot.info(), now));
            cause.filter(why -> !newest)
                    .ifPresent(why -> due.add(
                            0,
                            new SnapshotGoing(state.lastTask(), snapshot.info().id(), why, Optional.empty(), now)));
        }
        return due;
    }

    private boolean concerned(SnapshotInfo info) {
        return settings.retention().manual() || info.kind() != SnapshotKind.MANUAL;
    }

    private boolean tooOld(SnapshotInfo info, Instant now) {
        SnapshotRetention retention = settings.retention();
        return info.finishedAt()
                .orElse(info.requestedAt())
                .plus(retention.age())
                .isBefore(now);
    }
}
