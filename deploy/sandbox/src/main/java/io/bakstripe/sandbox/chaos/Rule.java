package io.bakstripe.sandbox.chaos;

import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which requests a fault strikes.
 *
 * @param name of the fault, as the script calls it
 * @param on the actions it may strike; none for all
 * @param key the whole key must match
 * @param after how many matching requests go through before the first may be struck
 * @param count how many are struck at most
 * @param probability with which a matching request is struck, 0 to 1
 * @param delay before the fault
 */
record Rule(
        String name,
        Fault fault,
        Set<Action> on,
        Pattern key,
        long after,
        long count,
        double probability,
        Duration delay) {
    Rule {
        on = Set.copyOf(on);
        if (after < 0 || count < 0) {
            throw new IllegalArgumentException("after and count must be 0 or more");
        }
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability must be 0 to 1, not " + probability);
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delayMillis must be 0 or more");
        }
    }

    boolean matches(Call call) {
        return (on.isEmpty() || on.contains(call.action()))
                && key.matcher(call.key()).matches();
    }
}
