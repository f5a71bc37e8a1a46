package io.bakstripe.worker.stripe;

import com.typesafe.config.Config;
import java.time.Duration;

/** Settings of stripe workers; {@code reference.conf} says what each means. */
public record StripeSettings(
        int shards,
        int movingShards,
        int partsInFlight,
        int chunksInFlight,
        int zstdLevel,
        Duration pageTimeout,
        int pageRetries,
        Duration idleLimit,
        Duration abortPatience,
        Duration lease,
        int retries,
        Duration restartPauseMin,
        Duration restartPauseMax,
        int snapshotEvery,
        Duration rereadPause) {
    private static final Duration LONGEST_LEASE = Duration.ofSeconds(12);
    private static final Duration LONGEST_REREAD_PAUSE = Duration.ofSeconds(1);

    public StripeSettings {
        require(shards >= 10 && shards <= 1000, "shards must be 10 to 1000", shards);
        require(movingShards >= 0, "moving-shards must not be negative", movingShards);
        require(partsInFlight >= 1 && partsInFlight <= 64, "parts-in-flight must be 1 to 64", partsInFlight);
        require(chunksInFlight >= 1 && chunksInFlight <= 64, "chunks-in-flight must be 1 to 64", chunksInFlight);
        require(zstdLevel >= -7 && zstdLevel <= 22, "zstd-level must be -7 to 22", zstdLevel);
        require(pageTimeout.toMillis() > 0, "page-timeout must be positive", pageTimeout);
        require(pageRetries >= 0, "page-retries must not be negative", pageRetries);
        require(idleLimit.toMillis() >= 1000, "idle-limit must be 1s or more", idleLimit);
        require(!abortPatience.isNegative(), "abort-patience must not be negative", abortPatience);
        require(lease.toSeconds() >= 3 && lease.compareTo(LONGEST_LEASE) <= 0, "lease must be 3s to 12s", lease);
        require(retries >= 0, "retries must not be negative", retries);
        require(restartPauseMin.toMillis() > 0, "restart-pause-min must be positive", restartPauseMin);
        require(restartPauseMax.compareTo(restartPauseMin) >= 0, "restart-pause-max is too short", restartPauseMax);
        require(snapshotEvery >= 10, "snapshot-every must be 10 or more", snapshotEvery);
        require(
                !rereadPause.isNegative() && rereadPause.compareTo(LONGEST_REREAD_PAUSE) <= 0,
                "reread-pause must be 0s to 1s",
                rereadPause);
    }

    /** @param worker the configuration at {@code bakstripe.worker} */
    public static StripeSettings from(Config worker) {
        Config stripe = worker.getConfig("stripe");
        return new StripeSettings(
                stripe.getInt("shards"),
                stripe.getInt("moving-shards"),
                stripe.getInt("parts-in-flight"),
                stripe.getInt("chunks-in-flight"),
                stripe.getInt("zstd-level"),
                stripe.getDuration("page-timeout"),
                stripe.getInt("page-retries"),
                stripe.getDuration("idle-limit"),
                stripe.getDuration("abort-patience"),
                stripe.getDuration("lease"),
                stripe.getInt("retries"),
                stripe.getDuration("restart-pause-min"),
                stripe.getDuration("restart-pause-max"),
                stripe.getInt("snapshot-every"),
                stripe.getDuration("reread-pause"));
    }

    private static void require(boolean valid, String rule, Object value) {
        if (!valid) {
            throw new IllegalArgumentException("stripe." + rule + ": " + value);
        }
    }
}
