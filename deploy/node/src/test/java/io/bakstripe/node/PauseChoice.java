package io.bakstripe.node;

import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.Pause.Moment;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Which pauses are tried, given what is recorded when nothing disturbs.
 *
 * @param seed says which events are tried, at which occurrence and on which side; it matters to {@link Extent#ALL} not at all
 */
record PauseChoice(Extent extent, long seed) {
    /** How much is tried. */
    enum Extent {
        /** Every second event, once: what a run of everything has time for. */
        HALF,
        /** Each event once. */
        EACH,
        /** Every record on both sides. */
        ALL
    }

    /** {@code -Dbakstripe.pauses=half}, {@code each} or {@code all}, and {@code -Dbakstripe.pauses.seed=N}. */
    static PauseChoice ofSystemProperties() {
        return new PauseChoice(
                Extent.valueOf(System.getProperty("bakstripe.pauses", "half").toUpperCase(Locale.ROOT)),
                Long.getLong("bakstripe.pauses.seed", System.currentTimeMillis()));
    }

    boolean all() {
        return extent == Extent.ALL;
    }

    /** @param wanted events that count; a write is known by its first event */
    List<Pause> of(List<Write> writes, Predicate<String> wanted) {
        List<String> events = writes.stream()
                .map(write -> write.events().get(0))
                .filter(wanted)
                .toList();
        return all() ? both(events) : once(events);
    }

    private static List<Pause> both(List<String> events) {
        Map<String, Integer> seen = new HashMap<>();
        List<Pause> pauses = new ArrayList<>();
        for (String event : events) {
            int occurrence = seen.merge(event, 1, Integer::sum);
            pauses.add(new Pause(event, occurrence, Moment.BEFORE));
            pauses.add(new Pause(event, occurrence, Moment.AFTER));
        }
        return pauses;
    }

    private List<Pause> once(List<String> events) {
        // Random gives neighbouring seeds the same first bit.
        SplittableRandom random = new SplittableRandom(seed);
        List<Pause> pauses = new ArrayList<>();
        boolean before = random.nextBoolean();
        boolean left = extent == Extent.HALF && random.nextBoolean();
        for (String event : events.stream().distinct().toList()) {
            left = extent == Extent.HALF && !left;
            if (left) {
                continue;
            }
            // The first one is sure to come again; of later ones there may be fewer in another run.
            int last = Math.min(2, Collections.frequency(events, event));
            pauses.add(new Pause(event, 1 + random.nextInt(last), before ? Moment.BEFORE : Moment.AFTER));
            before = !before;
        }
        return pauses;
    }
}
