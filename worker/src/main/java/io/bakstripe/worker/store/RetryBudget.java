package io.bakstripe.worker.store;

import java.util.concurrent.atomic.AtomicInteger;

/** A number of repetitions that is used up by failures and refilled by progress. */
final class RetryBudget implements RequestScope {
    private final int most;
    private final AtomicInteger left;

    RetryBudget(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("a budget of " + most + " repetitions");
        }
        this.most = most;
        this.left = new AtomicInteger(most);
    }

    @Override
    public void beforeRequest() {
        // A budget alone forbids nothing.
    }

    @Override
    public boolean mayRepeat() {
        return left.getAndUpdate(now -> Math.max(0, now - 1)) > 0;
    }

    @Override
    public void answered() {
        left.getAndUpdate(now -> Math.min(most, now + 1));
    }
}
