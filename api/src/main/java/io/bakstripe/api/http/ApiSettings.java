package io.bakstripe.api.http;

import com.typesafe.config.Config;
import io.bakstripe.api.audit.AuditSettings;
import io.bakstripe.api.auth.AccessSettings;
import java.time.Duration;

/**
 * Settings of the HTTP interface.
 *
 * @param port 0 takes a free one
 * @param token of the master login; empty until the node fills one in
 * @param maxBodyBytes the largest request body
 * @param requestTimeout after which a call is answered with 503
 * @param maxConnections that are open at a time; further ones wait to be accepted
 * @param access who may call
 * @param audit how much of the audit log is kept
 */
public record ApiSettings(
        String host,
        int port,
        String token,
        long maxBodyBytes,
        Duration requestTimeout,
        int maxConnections,
        AccessSettings access,
        AuditSettings audit) {
    private static final long LEAST_BODY = 1 << 10;
    private static final long LARGEST_BODY = 8 << 20;
    private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LARGEST_TIMEOUT = Duration.ofMinutes(10);

    public ApiSettings {
        if (host.isBlank()) {
            throw new IllegalArgumentException("bakstripe.api.host must not be blank");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("bakstripe.api.port must be 0 to 65535: " + port);
        }
        if (maxBodyBytes < LEAST_BODY || maxBodyBytes > LARGEST_BODY) {
            throw new IllegalArgumentException("bakstripe.api.max-body-bytes must be 1 KiB to 8 MiB: " + maxBodyBytes);
        }
        if (requestTimeout.compareTo(LEAST_TIMEOUT) < 0 || requestTimeout.compareTo(LARGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "bakstripe.api.request-timeout must be 1 s to 10 min: " + requestTimeout);
        }
        if (maxConnections < 1 || maxConnections > 100_000) {
            throw new IllegalArgumentException("bakstripe.api.max-connections must be 1 to 100000: " + maxConnections);
        }
    }

    /** Reads the block {@code bakstripe.api}. */
    public static ApiSettings from(Config api) {
        return new ApiSettings(
                api.getString("host"),
                api.getInt("port"),
                api.getString("token"),
                api.getBytes("max-body-bytes"),
                api.getDuration("request-timeout"),
                api.getInt("max-connections"),
                AccessSettings.from(api),
                AuditSettings.from(api.getConfig("audit")));
    }

    /** The same settings with another token. */
    public ApiSettings withToken(String newToken) {
        return new ApiSettings(host, port, newToken, maxBodyBytes, requestTimeout, maxConnections, access, audit);
    }

    /** The same settings with another port. */
    public ApiSettings withPort(int newPort) {
        return new ApiSettings(host, newPort, token, maxBodyBytes, requestTimeout, maxConnections, access, audit);
    }

    @Override
    public String toString() {
        return "ApiSettings[" + host + ":" + port + ", token=***, maxBodyBytes=" + maxBodyBytes + ", requestTimeout="
                + requestTimeout + ", maxConnections=" + maxConnections + ", access=" + access + ", audit=" + audit
                + "]";
    }
}
