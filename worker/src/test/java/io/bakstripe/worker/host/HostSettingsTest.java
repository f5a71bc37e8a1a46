package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostSettingsTest {
    @Test
    void hasDefaults() {
        assertThat(HostSettings.from(ConfigFactory.load().getConfig("bakstripe.worker")))
                .isEqualTo(new HostSettings(
                        List.of(),
                        "127.0.0.1",
                        List.of("127.0.0.1/32"),
                        21000,
                        23999,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(1),
                        false,
                        List.of(),
                        Map.of()));
    }

    @Test
    void readsEveryKey() {
        assertThat(settings("""
                        binaries = ["/opt/pg", "/opt/pg15"], address = "10.0.0.1", client-networks = ["10.0.0.0/8", "::1/128"],
                        first-port = 1, last-port = 2, start-timeout = 1s, stop-timeout = 2s,
                        stop-servers-on-shutdown = true, preload-libraries = ["pg_stat_statements"],
                        server-settings { shared_buffers = 1GB, "auto_explain.log_analyze" = on }
                        """))
                .isEqualTo(new HostSettings(
                        List.of(Path.of("/opt/pg"), Path.of("/opt/pg15")),
                        "10.0.0.1",
                        List.of("10.0.0.0/8", "::1/128"),
                        1,
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        true,
                        List.of("pg_stat_statements"),
                        Map.of("shared_buffers", "1GB", "auto_explain.log_analyze", "on")));
    }

    @Test
    void readsDirectoriesFromATextAsFromAList() {
        assertThat(settings("binaries = /opt/pg").binaries()).containsExactly(Path.of("/opt/pg"));
        assertThat(settings("binaries = \"/opt/pg:/opt/pg15\"").binaries())
                .containsExactly(Path.of("/opt/pg"), Path.of("/opt/pg15"));
        assertThat(settings("binaries = \"\"").binaries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "first-port = 0",
                "last-port = 70000",
                "first-port = 23000, last-port = 22000",
                "start-timeout = 0s",
                "client-networks = [\"all all trust\"]",
                "preload-libraries = [\"../evil\"]",
                "server-settings { \"a b\" = 1 }",
                "address = \"\""
            })
    void refusesNonsense(String overrides) {
        assertThatThrownBy(() -> settings(overrides)).isInstanceOf(IllegalArgumentException.class);
    }

    private static HostSettings settings(String overrides) {
        return HostSettings.from(ConfigFactory.parseString("host { " + overrides + " }")
                .withFallback(ConfigFactory.load().getConfig("bakstripe.worker")));
    }
}
