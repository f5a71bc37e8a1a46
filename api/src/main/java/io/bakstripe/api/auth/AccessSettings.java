package io.bakstripe.api.auth;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * Who may call.
 *
 * @param logins those that are declared beside the master
 * @param wrongTokensAtOnce how many wrong tokens an address may send before it must wait
 * @param wrongTokensInterval after which it may send one more
 * @param forwardedFor whether the last address in {@code X-Forwarded-For} is the caller's: only behind a proxy that sets it
 */
public record AccessSettings(
        List<DeclaredLogin> logins, int wrongTokensAtOnce, Duration wrongTokensInterval, boolean forwardedFor) {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LARGEST_INTERVAL = Duration.ofHours(1);

    public AccessSettings {
        logins = List.copyOf(logins);
        if (wrongTokensAtOnce < 1 || wrongTokensAtOnce > 10_000) {
            throw new IllegalArgumentException(
                    "bakstripe.api.wrong-tokens.at-once must be 1 to 10000: " + wrongTokensAtOnce);
        }
        if (wrongTokensInterval.compareTo(LEAST_INTERVAL) < 0 || wrongTokensInterval.compareTo(LARGEST_INTERVAL) > 0) {
            throw new IllegalArgumentException(
                    "bakstripe.api.wrong-tokens.interval must be 100 ms to 1 h: " + wrongTokensInterval);
        }
    }

    /** Reads the keys of the block {@code bakstripe.api} that are about access. */
    public static AccessSettings from(Config api) {
        return new AccessSettings(
                DeclaredLogin.listFrom(api.getConfigList("logins")),
                api.getInt("wrong-tokens.at-once"),
                api.getDuration("wrong-tokens.interval"),
                api.getBoolean("forwarded-for"));
    }

    /** No login but the master's; twenty wrong tokens at once. */
    public static AccessSettings masterOnly() {
        return new AccessSettings(List.of(), 20, Duration.ofSeconds(6), false);
    }
}
