package io.bakstripe.worker.session;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of backup sessions.
 *
 * @param idleLimit how long a session stays without hearing from its coordinator
 * @param takeUpLimit how long a session tries to take up a stopped backup whose server does not answer
 * @param pageBytes the most one page of a plan takes in a message
 * @param manifestPageBytes about the most one page of the manifest takes
 */
public record SessionSettings(Duration idleLimit, Duration takeUpLimit, int pageBytes, int manifestPageBytes) {
    public SessionSettings {
        if (idleLimit.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("session.idle-limit must be 1s or more: " + idleLimit);
        }
        if (takeUpLimit.isNegative()) {
            throw new IllegalArgumentException("session.take-up-limit must not be negative: " + takeUpLimit);
        }
        if (pageBytes < 4096 || pageBytes > 200 * 1024) {
            throw new IllegalArgumentException("session.page-bytes must be between 4 KiB and 200 KiB: " + pageBytes);
        }
        if (manifestPageBytes < 4096 || manifestPageBytes > pageBytes) {
            throw new IllegalArgumentException(
                    "session.manifest-page-bytes must be between 4 KiB and page-bytes: " + manifestPageBytes);
        }
    }

    /** @param worker the configuration at {@code bakstripe.worker} */
    public static SessionSettings from(Config worker) {
        Config session = worker.getConfig("session");
        return new SessionSettings(
                session.getDuration("idle-limit"),
                session.getDuration("take-up-limit"),
                Math.toIntExact(session.getBytes("page-bytes")),
                Math.toIntExact(session.getBytes("manifest-page-bytes")));
    }
}
