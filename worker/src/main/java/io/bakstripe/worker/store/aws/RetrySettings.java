package io.bakstripe.worker.store.aws;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How often and how patiently a request is sent again after a failure that may pass.
 *
 * <h2>How long an outage is survived</h2>
 *
 * The pauses of one request double from {@code minBackoff} to {@code maxBackoff}. With the defaults, 0.2 s and 15 s, ten of them make
 * 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 + 12.8 + 3 × 15 = 70.4 s, and with jitter 0.5 up to 105.6 s. A stripe with a budget of 40 repetitions and 4 parts in
 * flight has ten for each part, so it survives at least 70 s of a store that refuses at once, and longer when it fails slowly: a request that
 * runs into its time-out adds that time. A call without a scope has {@code repetitions} of its own; with 8 of them it survives 40 to 60 s.
 *
 * @param repetitions of a call that belongs to no scope; 0 or more
 * @param minBackoff before the first repetition; it doubles with each further one
 * @param maxBackoff the longest pause, before jitter
 * @param jitter up to this fraction of the pause is added at random; 0 to 1
 */
public record RetrySettings(int repetitions, Duration minBackoff, Duration maxBackoff, double jitter) {
    /** The longest that a store's own wish, {@code Retry-After}, is followed. */
    static final Duration LONGEST_WISH = Duration.ofMinutes(1);

    private static final int MOST_DOUBLINGS = 30;

    public RetrySettings {
        require(repetitions >= 0, "repetitions must be 0 or more: " + repetitions);
        require(!minBackoff.isNegative() && !minBackoff.isZero(), "min-backoff must be positive: " + minBackoff);
        require(maxBackoff.compareTo(minBackoff) >= 0, "max-backoff is less than min-backoff: " + maxBackoff);
        require(jitter >= 0 && jitter <= 1, "jitter must be 0 to 1: " + jitter);
    }

    /** Reads a section {@code retry}. */
    public static RetrySettings from(Config retry) {
        return new RetrySettings(
                retry.getInt("repetitions"),
                retry.getDuration("min-backoff"),
                retry.getDuration("max-backoff"),
                retry.getDouble("jitter"));
    }

    /** The same with another number of repetitions. */
    public RetrySettings withRepetitions(int other) {
        return new RetrySettings(other, minBackoff, maxBackoff, jitter);
    }

    /**
     * The pause before a repetition.
     *
     * @param repetition from 1
     * @param random 0 to 1, for the jitter
     * @param wished what the store asked for; zero when it did not
     */
    public Duration pause(int repetition, double random, Duration wished) {
        long doubled = minBackoff.toNanos() << Math.min(repetition - 1, MOST_DOUBLINGS);
        boolean overflown = doubled >> Math.min(repetition - 1, MOST_DOUBLINGS) != minBackoff.toNanos();
        long pause = overflown ? maxBackoff.toNanos() : Math.min(maxBackoff.toNanos(), doubled);
        Duration ours = Duration.ofNanos(pause + (long) (pause * jitter * random));
        Duration theirs = wished.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : wished;
        return ours.compareTo(theirs) >= 0 ? ours : theirs;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("store.retry: " + otherwise);
        }
    }
}
