package io.bakstripe.worker.store.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StsSettingsTest {
    private static StsSettings settings(Map<String, Object> given) {
        return StsSettings.from(ConfigFactory.parseMap(given)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    @Test
    void isAwsInTheStoresRegionByDefault() {
        assertThat(settings(Map.of("store.region", "eu-north-1")))
                .isEqualTo(new StsSettings(
                        Optional.empty(),
                        "eu-north-1",
                        Duration.ofHours(1),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4)));
    }

    @Test
    void isWhereTheStoreIsWhenThatHasAnAddress() {
        assertThat(settings(Map.of("store.endpoint", "https://store.example")).endpoint())
                .contains(URI.create("https://store.example"));
    }

    @Test
    void readsEveryKey() {
        assertThat(settings(Map.of(
                        "store.endpoint", "https://store.example",
                        "store.sts.endpoint", "https://sts.example",
                        "store.sts.region", "eu-west-1",
                        "store.sts.duration", "15 minutes",
                        "store.sts.renew-before", "1 minute",
                        "store.sts.connect-timeout", "1 s",
                        "store.sts.api-call-timeout", "3 s")))
                .isEqualTo(new StsSettings(
                        Optional.of(URI.create("https://sts.example")),
                        "eu-west-1",
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(3)));
    }

    @ParameterizedTest
    @CsvSource({
        "duration, 899 s, duration must be 15 minutes to 12 hours",
        "duration, 13 hours, duration must be 15 minutes to 12 hours",
        "renew-before, -1 s, renew-before must be 0 or more",
        "connect-timeout, 0 s, connect-timeout must be positive",
        "api-call-timeout, 1 s, api-call-timeout is less than connect-timeout"
    })
    void refusesWhatIsOutOfRange(String key, String value, String message) {
        assertThatThrownBy(() -> settings(Map.of("store.sts." + key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("store.sts: " + message);
    }
}
