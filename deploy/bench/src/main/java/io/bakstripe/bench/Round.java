package io.bakstripe.bench;

import java.util.Map;

/** What was measured once, step by step. */
interface Round {
    /** In the order in which they were done, by the names that the report shows. */
    Map<String, Figures> steps();

    /** What else was counted; empty unless a measurement counts something. */
    default Map<String, Object> counts() {
        return Map.of();
    }
}
