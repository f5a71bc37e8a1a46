package io.bakstripe.coordinator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The machine's clock, as far ahead as a test says. */
final class ShiftedClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    void setAhead(Duration by) {
        ahead = by;
    }
}
