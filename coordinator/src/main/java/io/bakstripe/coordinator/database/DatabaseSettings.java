package io.bakstripe.coordinator.database;

import com.typesafe.config.Config;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import java.time.Duration;

/**
 * Settings of database coordinators; every key is explained in {@code reference.conf}.
 *
 * @param historySlices tags that ended tasks are spread over
 */
public record DatabaseSettings(
        Duration tick,
        Duration registerAgain,
        Duration registerLimit,
        Duration preflightLimit,
        int attempts,
        Duration retryDelay,
        Duration rollbackLimit,
        Duration sessionEndLimit,
        Duration openLimit,
        Duration dropLimit,
        Duration idle,
        int snapshotEvery,
        int snapshotsKept,
        Duration minBackoff,
        Duration maxBackoff,
        int historySlices,
        SnapshotSettings snapshots) {

    public DatabaseSettings {
        if (attempts < 1 || snapshotEvery < 1 || snapshotsKept < 1 || historySlices < 1) {
            throw new IllegalArgumentException(
                    "attempts, snapshot-every, snapshots-kept and history-slices must be positive");
        }
        if (tick.isNegative() || tick.isZero() || registerAgain.isNegative() || registerAgain.isZero()) {
            throw new IllegalArgumentException("tick and register-again must be positive");
        }
    }

    /** Reads {@code bakstripe.coordinator}. */
    public static DatabaseSettings from(Config coordinator) {
        return new DatabaseSettings(
                coordinator.getDuration("tick"),
                coordinator.getDuration("register-again"),
                coordinator.getDuration("register-limit"),
                coordinator.getDuration("preflight-limit"),
                coordinator.getInt("attempts"),
                coordinator.getDuration("retry-delay"),
                coordinator.getDuration("rollback-limit"),
                coordinator.getDuration("session-end-limit"),
                coordinator.getDuration("open-limit"),
                coordinator.getDuration("drop-limit"),
                coordinator.getDuration("idle"),
                coordinator.getInt("snapshot-every"),
                coordinator.getInt("snapshots-kept"),
                coordinator.getDuration("min-backoff"),
                coordinator.getDuration("max-backoff"),
                coordinator.getInt("history-slices"),
                SnapshotSettings.from(coordinator.getConfig("snapshots")));
    }
}
