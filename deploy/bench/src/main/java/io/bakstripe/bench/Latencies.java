package io.bakstripe.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** How long calls took that were made by several threads at once. */
final class Latencies {
    private static final double NANOS_PER_MILLI = 1e6;

    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

    void add(long nanoseconds) {
        nanos.add(nanoseconds);
    }

    int count() {
        return nanos.size();
    }

    double medianMillis() {
        return millis(0.5);
    }

    /** The time that this share of the calls did not exceed; 0 when there were none. */
    double millis(double share) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / NANOS_PER_MILLI;
    }

    /** @param seconds in which the calls were made */
    Map<String, Object> json(double seconds) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("calls", count());
        json.put("perSecond", count() / seconds);
        json.put("medianMillis", medianMillis());
        json.put("millis99", millis(0.99));
        return json;
    }
}
