package io.bakstripe.worker.preflight;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of pre-flight.
 *
 * @param limit for a whole check
 * @param checkRegion whether a bucket must be in the instance's region (row L1); a fact of the store, so it stands in the section {@code store}
 */
public record PreflightSettings(Duration limit, boolean checkRegion) {
    public PreflightSettings {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("preflight.limit must be positive: " + limit);
        }
    }

    /** @param worker the configuration at {@code bakstripe.worker} */
    public static PreflightSettings from(Config worker) {
        return new PreflightSettings(worker.getDuration("preflight.limit"), worker.getBoolean("store.check-region"));
    }
}
