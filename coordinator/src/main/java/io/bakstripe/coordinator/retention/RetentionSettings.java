package io.bakstripe.coordinator.retention;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;

/**
 * Settings of the history's limit; every key is explained in {@code reference.conf}.
 *
 * @param kept how long an ended task is shown, and its rows stay in history and journal (row T4)
 * @param every time between two removals of what is older
 */
public record RetentionSettings(Duration kept, Duration every) {
    private static final Duration SHORTEST = Duration.ofDays(1);

    public RetentionSettings {
        // Idempotency keys are answered for a day from what is kept.
        if (kept.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("history-kept must be 1 day or more: " + kept);
        }
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException("trim-every must be positive: " + every);
        }
    }

    /** Reads {@code bakstripe.coordinator}. */
    public static RetentionSettings from(Config coordinator) {
        return new RetentionSettings(coordinator.getDuration("history-kept"), coordinator.getDuration("trim-every"));
    }

    /** Tasks that ended before this moment are no longer shown. */
    public Instant oldest(Instant now) {
        return now.minus(kept);
    }
}
