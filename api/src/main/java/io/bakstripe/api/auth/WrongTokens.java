package io.bakstripe.api.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many wrong tokens each address may still send: a number at once, and one more after every interval.
 *
 * <p>It remembers a bounded number of addresses, those that tried last. An address that is forgotten begins anew.
 */
final class WrongTokens {
    private final int atOnce;
    private final Duration interval;
    private final InstantSource clock;
    private final Map<String, Allowance> addresses;

    /** @param full when the address will have all of its tries again */
    private record Allowance(Instant full) {}

    WrongTokens(int atOnce, Duration interval, int maxAddresses, InstantSource clock) {
        this.atOnce = atOnce;
        this.interval = interval;
        this.clock = clock;
        this.addresses = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
                return size() > maxAddresses;
            }
        };
    }

    /** Takes one try; when there is none left, nothing is taken and the time until the next one is returned. */
    synchronized Optional<Duration> take(String address) {
        Instant now = clock.instant();
        Instant full = fullAt(address, now).plus(interval);
        Duration wait = Duration.between(now.plus(interval.multipliedBy(atOnce)), full);
        if (wait.compareTo(Duration.ZERO) > 0) {
            return Optional.of(wait);
        }
        addresses.put(address, new Allowance(full));
        return Optional.empty();
    }

    /** Gives a try back that was none: the token was right. */
    synchronized void giveBack(String address) {
        Instant now = clock.instant();
        Instant full = fullAt(address, now).minus(interval);
        if (full.isAfter(now)) {
            addresses.put(address, new Allowance(full));
        } else {
            addresses.remove(address);
        }
    }

    synchronized int remembered() {
        return addresses.size();
    }

    private Instant fullAt(String address, Instant now) {
        Allowance known = addresses.get(address);
        return known == null || known.full().isBefore(now) ? now : known.full();
    }
}
