package io.bakstripe.worker.store.aws;

import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Temporary keys. {@link #toString()} shows no secret.
 *
 * @param from when they came
 * @param until when they expire
 */
public record Keys(AwsSessionCredentials credentials, Instant from, Instant until) {
    /** A request takes a while from its signature to its arrival. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(15);

    /** Before this moment they may be used; keys of minutes are left alone earlier than those of seconds. */
    Instant usableUntil() {
        return until.minus(shorter(ON_ITS_WAY, lifetime().dividedBy(10)));
    }

    /** From then on new ones should be asked for, while these are still used. */
    Instant renewFrom(Duration before) {
        return until.minus(shorter(before, lifetime().dividedBy(2)));
    }

    /** Whether a store that has answered nothing but "bad request" may have meant that they expired, rather than the request itself. */
    boolean mayHaveExpired(Instant now) {
        return now.isAfter(from.plus(lifetime().dividedBy(10)));
    }

    private Duration lifetime() {
        return Duration.between(from, until);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    @Override
    public String toString() {
        return "Keys[" + credentials.accessKeyId() + ", until " + until + "]";
    }
}
