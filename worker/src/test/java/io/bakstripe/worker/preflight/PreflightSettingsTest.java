package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PreflightSettingsTest {
    private static Config worker(Map<String, Object> given) {
        return ConfigFactory.parseMap(given)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"));
    }

    @Test
    void leavesCallersTimeToReceiveTheAnswer() {
        assertThat(PreflightSettings.from(worker(Map.of())))
                .isEqualTo(new PreflightSettings(Duration.ofSeconds(9), true, true, 10));
    }

    @Test
    void readsEveryKey() {
        assertThat(PreflightSettings.from(worker(Map.of(
                        "preflight.limit",
                        "3 s",
                        "preflight.best-compression-ratio",
                        2.5,
                        "store.check-region",
                        false,
                        "store.conditional-writes",
                        false))))
                .isEqualTo(new PreflightSettings(Duration.ofSeconds(3), false, false, 2.5));
    }

    @Test
    void refusesALimitOfNothing() {
        assertThatThrownBy(() -> PreflightSettings.from(worker(Map.of("preflight.limit", "0 s"))))
                .hasMessageContaining("preflight.limit");
    }

    @Test
    void refusesARatioThatMakesDatabasesLarger() {
        assertThatThrownBy(() -> PreflightSettings.from(worker(Map.of("preflight.best-compression-ratio", 0.5))))
                .hasMessageContaining("best-compression-ratio");
    }
}
