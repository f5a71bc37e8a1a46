package io.bakstripe.api.cli;

import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the command line takes from the process it runs in.
 *
 * @param environment its environment variables
 * @param terminal whether a person watches: bars are drawn instead of lines
 * @param keys makes idempotency keys
 * @param clock says what time it is
 */
public record Surroundings(
        Map<String, String> environment, boolean terminal, Supplier<UUID> keys, InstantSource clock) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** With the time of this machine. */
    public Surroundings(Map<String, String> environment, boolean terminal, Supplier<UUID> keys) {
        this(environment, terminal, keys, InstantSource.system());
    }

    /** Those of this process. */
    public static Surroundings ofProcess() {
        return new Surroundings(System.getenv(), System.console() != null, UUID::randomUUID);
    }
}
