package io.bakstripe.coordinator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves only when a test says so. */
public final class SettableClock implements InstantSource {
    private volatile Instant now = Samples.NOON;

    @Override
    public Instant instant() {
        return now;
    }

    /** Called by the test's thread only. */
    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }
}
