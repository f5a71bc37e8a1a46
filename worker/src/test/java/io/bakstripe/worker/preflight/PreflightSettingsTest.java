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
                .isEqualTo(new PreflightSettings(Duration.ofSeconds(9), true));
    }

    @Test
    void readsEveryKey() {
        assertThat(PreflightSettings.from(worker(Map.of("preflight.limit", "3 s", "store.check-region", false))))
                .isEqualTo(new PreflightSettings(Duration.ofSeconds(3), false));
    }

    @Test
    void refusesALimitOfNothing() {
        assertThatThrownBy(() -> PreflightSettings.from(worker(Map.of("preflight.limit", "0 s"))))
                .hasMessageContaining("preflight.limit");
    }
}
