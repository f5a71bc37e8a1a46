package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeSettingsTest {
    private static final Config DEFAULTS = ConfigFactory.load().getConfig("bakstripe.worker");

    @Test
    void hasTheDefaultsThatReferenceConfSays() {
        assertThat(StripeSettings.from(DEFAULTS))
                .isEqualTo(new StripeSettings(
                        100,
                        0,
                        3,
                        2,
                        3,
                        Duration.ofSeconds(10),
                        3,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(8),
                        40,
                        Duration.ofMillis(200),
                        Duration.ofSeconds(10),
                        1000,
                        Duration.ofMillis(100)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shards = 9",
                "moving-shards = -1",
                "parts-in-flight = 0",
                "chunks-in-flight = 65",
                "zstd-level = 23",
                "page-timeout = 0s",
                "page-retries = -1",
                "idle-limit = 100 millis",
                "lease = 2s",
                "lease = 13s",
                "retries = -1",
                "restart-pause-min = 1 hour",
                "snapshot-every = 1",
                "reread-pause = 2s"
            })
    void refusesWhatCannotWork(String setting) {
        Config wrong = ConfigFactory.parseString("stripe." + setting).withFallback(DEFAULTS);

        assertThatThrownBy(() -> StripeSettings.from(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stripe.");
    }
}
