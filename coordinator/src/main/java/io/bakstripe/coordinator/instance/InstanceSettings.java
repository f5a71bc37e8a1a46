package io.bakstripe.coordinator.instance;

import com.typesafe.config.Config;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import java.time.Duration;

/**
 * Settings of instance coordinators; every key is explained in {@code reference.conf}.
 *
 * @param runningSlots tasks of one instance that may run at the same time
 * @param slotKept how long a free slot is kept for the next task in line while it has not asked for it
 * @param probe interval of probes, and the age below which no registration is voided
 */
public record InstanceSettings(
        int runningSlots,
        Duration slotKept,
        Duration probe,
        int snapshotEvery,
        int snapshotsKept,
        Duration minBackoff,
        Duration maxBackoff,
        SnapshotSettings snapshots) {

    public InstanceSettings {
        if (runningSlots < 1 || snapshotEvery < 1 || snapshotsKept < 1) {
            throw new IllegalArgumentException("running-slots, snapshot-every and snapshots-kept must be positive");
        }
        if (slotKept.isNegative()) {
            throw new IllegalArgumentException("slot-kept must not be negative");
        }
        if (probe.isNegative() || probe.isZero()) {
            throw new IllegalArgumentException("probe must be positive");
        }
    }

    /** Reads {@code bakstripe.coordinator}. */
    public static InstanceSettings from(Config coordinator) {
        return new InstanceSettings(
                coordinator.getInt("running-slots"),
                coordinator.getDuration("slot-kept"),
                coordinator.getDuration("probe"),
                coordinator.getInt("snapshot-every"),
                coordinator.getInt("snapshots-kept"),
                coordinator.getDuration("min-backoff"),
                coordinator.getDuration("max-backoff"),
                SnapshotSettings.from(coordinator.getConfig("snapshots")));
    }
}
