package io.bakstripe.worker.stripe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Bytes per second over the last seconds. Not thread-safe. */
final class RateMeter {
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant at, long bytes) {}

    /** {@code bytes} in all have been done at {@code at}; both never go back. */
    void reached(long bytes, Instant at) {
        samples.addLast(new Sample(at, bytes));
        // One sample from before the window stays, to measure from.
        while (samples.size() > 2 && older(at)) {
            samples.removeFirst();
        }
    }

    /** The rate as it is seen at {@code now}; 0 before there is anything to measure. */
    long bytesPerSecond(Instant now) {
        Sample first = samples.peekFirst();
        Sample last = samples.peekLast();
        if (first == null || last == null) {
            return 0;
        }
        long millis = Duration.between(first.at(), now).toMillis();
        return millis <= 0 ? 0 : (last.bytes() - first.bytes()) * 1000 / millis;
    }

    private boolean older(Instant now) {
        Sample[] firstTwo = samples.stream().limit(2).toArray(Sample[]::new);
        return Duration.between(firstTwo[1].at(), now).compareTo(WINDOW) > 0;
    }
}
