package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.RequestScope;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A worker's leave to send requests: good for a while after each tick of its coordinator, and shorter than the time after which somebody else may do
 * the worker's work. Measured by a clock that goes on evenly, so that a process that was frozen finds it over. Thread-safe.
 *
 * <p>A tick that waited in a frozen process renews it wrongly. What such a worker sends is found when parts are compared, and its first recording
 * fails once its successor has recorded anything.
 */
final class StripeLease {
    private final String worker;
    private final LongSupplier nanos;
    private final long length;
    private volatile long until;

    /** Is over until it is renewed for the first time. */
    StripeLease(String worker, LongSupplier nanos, Duration length) {
        this.worker = worker;
        this.nanos = nanos;
        this.length = length.toNanos();
        this.until = nanos.getAsLong();
    }

    /** The coordinator was heard. */
    void renew() {
        until = nanos.getAsLong() + length;
    }

    boolean over() {
        return nanos.getAsLong() - until >= 0;
    }

    /** Throws {@code LEASE_OVER} when it is over. */
    void check() {
        if (over()) {
            throw BackupError.LEASE_OVER.problem(worker).asException();
        }
    }

    /** Requests under this lease that share {@code budget}, until they are broken off. */
    Requests requests(RequestScope budget) {
        return new Requests(budget);
    }

    /** The scope of one piece of work. Thread-safe. */
    final class Requests implements RequestScope {
        private final RequestScope budget;
        private volatile boolean brokenOff;

        private Requests(RequestScope budget) {
            this.budget = budget;
        }

        /** Nothing is sent in this scope any more; what repeats a request ends with the one that is under way. */
        void breakOff() {
            brokenOff = true;
        }

        @Override
        public void beforeRequest() {
            check();
            if (brokenOff) {
                throw BackupError.STOPPED_BY_NODE.problem().asException();
            }
            budget.beforeRequest();
        }

        @Override
        public boolean mayRepeat() {
            return budget.mayRepeat();
        }

        @Override
        public void answered() {
            budget.answered();
        }
    }
}
