package io.bakstripe.sandbox.sts;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The temporary keys that were given out since the start. Kept in memory only: after a restart none of them is known. Thread-safe. */
public final class RoleKeys {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** For so long it is remembered that keys were good once. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final RandomGenerator random;
    private final InstantSource clock;
    private final Map<String, Issued> issued = new ConcurrentHashMap<>();

    /**
     * Keys that were given out.
     *
     * @param userArn the role in the session that they were asked for
     * @param secretKey masked in {@link #toString()}, as is the token
     */
    public record Issued(String userArn, String accessKey, String secretKey, String token, Instant until) {
        @Override
        public String toString() {
            return "Issued[" + accessKey + ", until " + until + "]";
        }
    }

    /** @param random used by one thread at a time */
    public RoleKeys(RandomGenerator random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    synchronized Issued issue(String userArn, Duration lifetime) {
        Instant now = clock.instant();
        issued.values().removeIf(keys -> keys.until().plus(REMEMBERED).isBefore(now));
        Issued keys = new Issued(
                userArn,
                "ASIA" + letters(16),
                letters(40),
                letters(100),
                now.plus(lifetime).truncatedTo(ChronoUnit.MILLIS));
        issued.put(keys.accessKey(), keys);
        return keys;
    }

    private String letters(int count) {
        StringBuilder text = new StringBuilder(count);
        random.ints(count, 0, LETTERS.length()).forEach(i -> text.append(LETTERS.charAt(i)));
        return text.toString();
    }

    /**
     * The secret key that belongs to an access key, empty for one that was not given out here.
     *
     * @throws AwsServiceException {@code ExpiredToken}, as S3 says it, for one that has expired
     */
    public Optional<String> secret(String accessKey) {
        Optional<Issued> keys = find(accessKey);
        if (keys.isPresent() && hasExpired(keys.get())) {
            throw expired();
        }
        return keys.map(Issued::secretKey);
    }

    /** The keys with this access key, expired or not; empty for ones that were not given out here. */
    public Optional<Issued> find(String accessKey) {
        return Optional.ofNullable(issued.get(accessKey));
    }

    public boolean hasExpired(Issued keys) {
        return !clock.instant().isBefore(keys.until());
    }

    private static AwsServiceException expired() {
        String text = "The provided token has expired.";
        return S3Exception.builder()
                .statusCode(400)
                .message(text)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ExpiredToken")
                        .errorMessage(text)
                        .build())
                .build();
    }
}
