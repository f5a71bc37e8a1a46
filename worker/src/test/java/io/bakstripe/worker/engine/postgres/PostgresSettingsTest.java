package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresSettingsTest {
    @Test
    void hasDefaults() {
        assertThat(settings(""))
                .isEqualTo(new PostgresSettings(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(8),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(30),
                        248 << 10,
                        32 << 20,
                        2000,
                        SourceLoad.UNLIMITED,
                        new InspectionSettings(4, Duration.ofSeconds(5))));
    }

    @Test
    void readsEveryKey() {
        assertThat(settings("""
                        connect-timeout = 1s, inspect-timeout = 2s, answer-timeout = 3s, checkpoint-timeout = 4s, summary-timeout = 5s,
                        chunk = 8 KiB, copy-bytes = 16 KiB, copy-ranges = 5,
                        load { bytes-per-second = 20 MiB, spread-checkpoint = on }, inspect { sessions = 7, keep = 6s }
                        """))
                .isEqualTo(new PostgresSettings(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        8192,
                        16_384,
                        5,
                        new SourceLoad(20L << 20, true),
                        new InspectionSettings(7, Duration.ofSeconds(6))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chunk = 4 KiB",
                "chunk = 2 MiB",
                "copy-bytes = 64 KiB",
                "copy-ranges = 0",
                "answer-timeout = 0s",
                "summary-timeout = -1s",
                "load.bytes-per-second = 1 KiB",
                "inspect.sessions = 0",
                "inspect.sessions = 101",
                "inspect.keep = -1s",
                "inspect.keep = 61s"
            })
    void refusesNonsense(String overrides) {
        assertThatThrownBy(() -> settings(overrides)).isInstanceOf(IllegalArgumentException.class);
    }

    private static PostgresSettings settings(String overrides) {
        return PostgresSettings.from(ConfigFactory.parseString("postgresql { " + overrides + " }")
                .withFallback(ConfigFactory.load().getConfig("bakstripe.worker")));
    }
}
