package io.bakstripe.sandbox.chaos;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the script has in store for one request.
 *
 * @param draw a random number of this request's own, for offsets that the rule leaves open
 * @param thawed opened when the script that struck is over
 */
record Strike(Fault fault, Duration delay, long draw, CountDownLatch thawed) {

    /** Lets the delay pass; the end of the script ends its delays too. Answers whether that was so. */
    boolean awaitDelay() throws InterruptedException {
        return !delay.isZero() && thawed.await(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A place in a body of this many bytes, 1 or more: the wanted one when it lies inside, else a drawn one. */
    long place(OptionalLong wanted, long length) {
        return wanted.isPresent() ? Math.min(wanted.getAsLong(), length - 1) : Math.floorMod(draw, length);
    }
}
