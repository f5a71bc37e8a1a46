package io.bakstripe.worker.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.worker.store.aws.RetrySettings;
import io.bakstripe.worker.store.aws.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreSettingsTest {
    private static StoreSettings settings(Map<String, Object> given) {
        return StoreSettings.from(ConfigFactory.parseMap(given)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    @Test
    void isAwsWithEncryptionAndChecksumsByDefault() {
        assertThat(settings(Map.of()))
                .isEqualTo(new StoreSettings(
                        Optional.empty(),
                        false,
                        "us-east-1",
                        true,
                        Duration.ofMinutes(5),
                        Optional.empty(),
                        new Secret(""),
                        Encryption.AES256,
                        Optional.empty(),
                        PartChecksum.CRC32C,
                        true,
                        5L << 40,
                        16,
                        64,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(120),
                        new RetrySettings(8, Duration.ofMillis(200), Duration.ofSeconds(15), 0.5)));
    }

    @Test
    void readsEveryKey() {
        StoreSettings settings = settings(Map.ofEntries(
                Map.entry("store.endpoint", "https://store.example:9000"),
                Map.entry("store.path-style", true),
                Map.entry("store.region", "eu-north-1"),
                Map.entry("store.check-region", false),
                Map.entry("store.region-kept", "7 s"),
                Map.entry("store.access-key", "AK"),
                Map.entry("store.secret-key", "SK"),
                Map.entry("store.sse", "aws:kms"),
                Map.entry("store.sse-kms-key-id", "key"),
                Map.entry("store.checksum", "md5"),
                Map.entry("store.conditional-writes", false),
                Map.entry("store.max-object-size", "100 MB"),
                Map.entry("store.parts-in-flight", 3),
                Map.entry("store.max-connections", 4),
                Map.entry("store.connect-timeout", "1 s"),
                Map.entry("store.read-timeout", "2 s"),
                Map.entry("store.api-call-timeout", "3 s"),
                Map.entry("store.retry.repetitions", 2),
                Map.entry("store.retry.min-backoff", "1 ms"),
                Map.entry("store.retry.max-backoff", "2 ms"),
                Map.entry("store.retry.jitter", 0.1)));

        assertThat(settings)
                .isEqualTo(new StoreSettings(
                        Optional.of(URI.create("https://store.example:9000")),
                        true,
                        "eu-north-1",
                        false,
                        Duration.ofSeconds(7),
                        Optional.of("AK"),
                        new Secret("SK"),
                        Encryption.AWS_KMS,
                        Optional.of("key"),
                        PartChecksum.MD5,
                        false,
                        100_000_000,
                        3,
                        4,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        new RetrySettings(2, Duration.ofMillis(1), Duration.ofMillis(2), 0.1)));
    }

    @Test
    void doesNotShowTheSecretKey() {
        assertThat(settings(Map.of("store.access-key", "AK", "store.secret-key", "hush"))
                        .toString())
                .doesNotContain("hush");
    }

    @ParameterizedTest
    @CsvSource({
        "store.sse, plain, store.sse",
        "store.checksum, sha1, store.checksum",
        "store.access-key, alone, go together",
        "store.secret-key, alone, go together",
        "store.sse-kms-key-id, key, aws:kms",
        "store.parts-in-flight, 0, parts-in-flight",
        "store.max-connections, 15, max-connections",
        "store.connect-timeout, 0 s, connect-timeout",
        "store.api-call-timeout, 1 s, api-call-timeout",
        "store.region, '', region",
        "store.retry.repetitions, -1, repetitions",
        "store.max-object-size, 1 MiB, max-object-size",
        "store.retry.jitter, 2, jitter",
        "store.retry.max-backoff, 1 ms, max-backoff"
    })
    void refusesNonsense(String key, String value, String named) {
        assertThatThrownBy(() -> settings(Map.of(key, value))).hasMessageContaining(named);
    }
}
