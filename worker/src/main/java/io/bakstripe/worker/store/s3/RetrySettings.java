package io.bakstripe.worker.store.s3;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How often and how patiently a request is sent again after a failure that may pass.
 *
 * @param attempts in all, the first one included; 1 or more
 * @param minBackoff before the second attempt; it doubles with each further one
 * @param maxBackoff the longest pause, before jitter
 * @param jitter up to this fraction of the pause is added at random; 0 to 1
 */
public record RetrySettings(int attempts, Duration minBackoff, Duration maxBackoff, double jitter) {
    public RetrySettings {
        require(attempts >= 1, "attempts must be 1 or more: " + attempts);
        require(!minBackoff.isNegative() && !minBackoff.isZero(), "min-backoff must be positive: " + minBackoff);
        require(maxBackoff.compareTo(minBackoff) >= 0, "max-backoff is less than min-backoff: " + maxBackoff);
        require(jitter >= 0 && jitter <= 1, "jitter must be 0 to 1: " + jitter);
    }

    static RetrySettings from(Config retry) {
        return new RetrySettings(
                retry.getInt("attempts"),
                retry.getDuration("min-backoff"),
                retry.getDuration("max-backoff"),
                retry.getDouble("jitter"));
    }

    RetrySettings withAttempts(int other) {
        return new RetrySettings(other, minBackoff, maxBackoff, jitter);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("store.retry: " + otherwise);
        }
    }
}
