package io.bakstripe.worker.store.s3;

import com.typesafe.config.Config;
import io.bakstripe.worker.store.aws.RetrySettings;
import io.bakstripe.worker.store.aws.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code store} of the worker's configuration; {@code reference.conf} says what each key means.
 *
 * @param endpoint empty: AWS itself
 * @param accessKey empty, together with the secret key: the SDK's default chain of credentials
 * @param sseKmsKeyId empty: the store's default key; only with {@link Encryption#AWS_KMS}
 * @param conditionalWrites whether the store honours {@code If-None-Match} on completion
 * @param maxObjectBytes the largest object that the store takes
 * @param regionKept how long it is remembered where a bucket lies
 * @param partsInFlight parts that the node sends at once
 */
public record StoreSettings(
        Optional<URI> endpoint,
        boolean pathStyle,
        String region,
        boolean checkRegion,
        Duration regionKept,
        Optional<String> accessKey,
        Secret secretKey,
        Encryption sse,
        Optional<String> sseKmsKeyId,
        PartChecksum checksum,
        boolean conditionalWrites,
        long maxObjectBytes,
        int partsInFlight,
        int maxConnections,
        Duration connectTimeout,
        Duration readTimeout,
        Duration apiCallTimeout,
        RetrySettings retry) {

    /** Room for a few parts of the least size and the file's end. */
    private static final long LEAST_OBJECT_BYTES = 32L << 20;

    public StoreSettings {
        require(!region.isBlank(), "region must not be empty");
        require(!regionKept.isNegative(), "region-kept must not be negative: " + regionKept);
        require(accessKey.isPresent() != secretKey.isEmpty(), "access-key and secret-key go together");
        require(sseKmsKeyId.isEmpty() || sse == Encryption.AWS_KMS, "sse-kms-key-id is given, but sse is not aws:kms");
        require(
                maxObjectBytes >= LEAST_OBJECT_BYTES,
                "max-object-size must be " + LEAST_OBJECT_BYTES + " bytes or more: " + maxObjectBytes);
        require(partsInFlight >= 1, "parts-in-flight must be 1 or more: " + partsInFlight);
        require(maxConnections >= partsInFlight, "max-connections must be parts-in-flight or more: " + maxConnections);
        require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connect-timeout must be positive");
        require(!readTimeout.isNegative() && !readTimeout.isZero(), "read-timeout must be positive");
        require(apiCallTimeout.compareTo(readTimeout) >= 0, "api-call-timeout is less than read-timeout");
    }

    /**
     * Reads the settings.
     *
     * @param worker the configuration at {@code bakstripe.worker}
     * @throws IllegalArgumentException or a {@code ConfigException} that names the key when a value is out of range
     */
    public static StoreSettings from(Config worker) {
        Config store = worker.getConfig("store");
        return new StoreSettings(
                text(store, "endpoint").map(URI::create),
                store.getBoolean("path-style"),
                store.getString("region"),
                store.getBoolean("check-region"),
                store.getDuration("region-kept"),
                text(store, "access-key"),
                new Secret(store.getString("secret-key")),
                Encryption.ofName(store.getString("sse")),
                text(store, "sse-kms-key-id"),
                PartChecksum.ofName(store.getString("checksum")),
                store.getBoolean("conditional-writes"),
                store.getBytes("max-object-size"),
                store.getInt("parts-in-flight"),
                store.getInt("max-connections"),
                store.getDuration("connect-timeout"),
                store.getDuration("read-timeout"),
                store.getDuration("api-call-timeout"),
                RetrySettings.from(store.getConfig("retry")));
    }

    private static Optional<String> text(Config store, String key) {
        return Optional.of(store.getString(key)).filter(value -> !value.isBlank());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("store: " + otherwise);
        }
    }
}
