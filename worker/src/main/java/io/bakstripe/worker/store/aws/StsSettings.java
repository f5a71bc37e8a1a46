package io.bakstripe.worker.store.aws;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code store.sts} of the worker's configuration; {@code reference.conf} says what each key means.
 *
 * @param endpoint empty: AWS, by region
 * @param duration how long keys are asked for
 * @param renewBefore how long before they expire keys are renewed, half of their lifetime at most
 * @param apiCallTimeout for a whole answer, the connection included
 */
public record StsSettings(
        Optional<URI> endpoint,
        String region,
        Duration duration,
        Duration renewBefore,
        Duration connectTimeout,
        Duration apiCallTimeout) {
    private static final Duration SHORTEST = Duration.ofMinutes(15);
    private static final Duration LONGEST = Duration.ofHours(12);

    public StsSettings {
        require(!region.isBlank(), "region must not be empty");
        require(
                duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0,
                "duration must be 15 minutes to 12 hours: " + duration);
        require(!renewBefore.isNegative(), "renew-before must be 0 or more: " + renewBefore);
        require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connect-timeout must be positive");
        require(apiCallTimeout.compareTo(connectTimeout) >= 0, "api-call-timeout is less than connect-timeout");
    }

    /**
     * Reads the settings. Without an endpoint and a region of its own the token service is where the store is.
     *
     * @param worker the configuration at {@code bakstripe.worker}
     * @throws IllegalArgumentException or a {@code ConfigException} that names the key when a value is out of range
     */
    public static StsSettings from(Config worker) {
        Config store = worker.getConfig("store");
        Config sts = store.getConfig("sts");
        return new StsSettings(
                text(sts, "endpoint").or(() -> text(store, "endpoint")).map(URI::create),
                text(sts, "region").orElseGet(() -> store.getString("region")),
                sts.getDuration("duration"),
                sts.getDuration("renew-before"),
                sts.getDuration("connect-timeout"),
                sts.getDuration("api-call-timeout"));
    }

    private static Optional<String> text(Config section, String key) {
        return Optional.of(section.getString(key)).filter(value -> !value.isBlank());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("store.sts: " + otherwise);
        }
    }
}
