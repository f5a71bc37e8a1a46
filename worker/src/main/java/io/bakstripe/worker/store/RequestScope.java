package io.bakstripe.worker.store;

/**
 * On whose behalf requests are sent: one stripe, one restore, one question. It is asked before every request, repetitions included, and told how each one
 * ended, so that a lease and a budget of repetitions hold for all of them together. Thread-safe.
 */
public interface RequestScope {
    /** Directly before a request leaves; throws a {@code BakstripeException} when nothing may be sent any more. */
    void beforeRequest();

    /** A request failed in a way that may pass: takes one repetition from the budget; false when none is left. */
    boolean mayRepeat();

    /** A request was answered well: repetitions become available again. */
    void answered();

    /** {@code repetitions} of them at first, and never more; each good answer gives one back. Sends whatever it is asked to. */
    static RequestScope ofBudget(int repetitions) {
        return new RetryBudget(repetitions);
    }
}
