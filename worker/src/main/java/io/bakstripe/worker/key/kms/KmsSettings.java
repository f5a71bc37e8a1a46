package io.bakstripe.worker.key.kms;

import com.typesafe.config.Config;
import io.bakstripe.worker.store.aws.RetrySettings;
import io.bakstripe.worker.store.aws.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code kms} of the worker's configuration; {@code reference.conf} says what each key means.
 *
 * @param endpoint empty: AWS, by region
 * @param region whose keys are used
 * @param accessKey empty, together with the secret key: the SDK's default chain of credentials
 * @param apiCallTimeout for a whole answer, the connection included
 * @param retry as the store has it
 */
public record KmsSettings(
        Optional<URI> endpoint,
        String region,
        Optional<String> accessKey,
        Secret secretKey,
        Duration connectTimeout,
        Duration apiCallTimeout,
        RetrySettings retry) {

    public KmsSettings {
        require(!region.isBlank(), "region must not be empty");
        require(accessKey.isPresent() != secretKey.isEmpty(), "access-key and secret-key go together");
        require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connect-timeout must be positive");
        require(apiCallTimeout.compareTo(connectTimeout) >= 0, "api-call-timeout is less than connect-timeout");
    }

    /**
     * Reads the settings. Without a region or credentials of its own the key service has those of the store.
     *
     * @param worker the configuration at {@code bakstripe.worker}
     * @throws IllegalArgumentException or a {@code ConfigException} that names the key when a value is out of range
     */
    public static KmsSettings from(Config worker) {
        Config store = worker.getConfig("store");
        Config kms = worker.getConfig("kms");
        boolean own =
                text(kms, "access-key").isPresent() || text(kms, "secret-key").isPresent();
        Config credentials = own ? kms : store;
        return new KmsSettings(
                text(kms, "endpoint").map(URI::create),
                text(kms, "region").orElseGet(() -> store.getString("region")),
                text(credentials, "access-key"),
                new Secret(credentials.getString("secret-key")),
                kms.getDuration("connect-timeout"),
                kms.getDuration("api-call-timeout"),
                RetrySettings.from(store.getConfig("retry")));
    }

    private static Optional<String> text(Config section, String key) {
        return Optional.of(section.getString(key)).filter(value -> !value.isBlank());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("kms: " + otherwise);
        }
    }
}
