package io.bakstripe.worker.preflight;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of pre-flight.
 *
 * @param limit for a whole check
 * @param checkRegion whether a bucket must be in the instance's region (row L1); a fact of the store, so it stands in the section {@code store}
 * @param conditionalWrites whether the store honours {@code If-None-Match}; without it tasks carry a warning
 * @param bestCompressionRatio how many times smaller compression is believed to make a database at best (row L3)
 */
public record PreflightSettings(
        Duration limit, boolean checkRegion, boolean conditionalWrites, double bestCompressionRatio) {
    public PreflightSettings {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("preflight.limit must be positive: " + limit);
        }
        if (!(bestCompressionRatio >= 1)) {
            throw new IllegalArgumentException(
                    "preflight.best-compression-ratio must be 1 or more: " + bestCompressionRatio);
        }
    }

    /** @param worker the configuration at {@code bakstripe.worker} */
    public static PreflightSettings from(Config worker) {
        return new PreflightSettings(
                worker.getDuration("preflight.limit"),
                worker.getBoolean("store.check-region"),
                worker.getBoolean("store.conditional-writes"),
                worker.getDouble("preflight.best-compression-ratio"));
    }
}
