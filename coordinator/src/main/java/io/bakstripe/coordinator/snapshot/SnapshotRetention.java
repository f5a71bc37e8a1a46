package io.bakstripe.coordinator.snapshot;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of how long snapshots are kept; every key is explained in {@code reference.conf}.
 *
 * @param delete whether snapshots are deleted at all, by calls or by age and number
 * @param age of the oldest that are kept, from when they became available or failed
 * @param number of available ones that are kept of each database, the newest, 1 to {@link #MOST}
 * @param manual whether age and number hold for those, too, that calls asked for
 * @param round how often it is looked for some that are to go, and tried again what could not be deleted
 * @param limit how long the deletion of one snapshot may take before it counts as failed
 */
public record SnapshotRetention(
        boolean delete, Duration age, int number, boolean manual, Duration round, Duration limit) {
    /** Fewer than a database lists, so that none that could be deleted leaves the list before it is. */
    public static final int MOST = 300;

    public SnapshotRetention {
        if (number < 1 || number > MOST) {
            throw new IllegalArgumentException("snapshots.keep must be 1 to " + MOST + ": " + number);
        }
        requirePositive(age, "retention");
        requirePositive(round, "retention-round");
        requirePositive(limit, "removal-limit");
    }

    private static void requirePositive(Duration time, String key) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("snapshots." + key + " must be positive: " + time);
        }
    }

    /** Everything is kept, and calls delete nothing. */
    public static SnapshotRetention off() {
        return new SnapshotRetention(
                false, Duration.ofDays(7), MOST, false, Duration.ofHours(1), Duration.ofMinutes(2));
    }

    /** Reads {@code bakstripe.coordinator.snapshots}. */
    static SnapshotRetention from(Config snapshots) {
        return new SnapshotRetention(
                snapshots.getBoolean("delete"),
                snapshots.getDuration("retention"),
                snapshots.getInt("keep"),
                snapshots.getBoolean("retention-of-manual"),
                snapshots.getDuration("retention-round"),
                snapshots.getDuration("removal-limit"));
    }
}
