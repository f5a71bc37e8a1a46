package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.api.audit.AuditSettings;
import io.bakstripe.api.auth.AccessSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSettingsTest {
    private static final AuditSettings AUDIT = new AuditSettings(16 << 20, 90, 512 << 20);

    private static ApiSettings read(String overrides) {
        return ApiSettings.from(ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.parseResources("reference.conf").getConfig("bakstripe.api"))
                .resolve());
    }

    @Test
    void hasDefaults() {
        assertThat(read(""))
                .isEqualTo(new ApiSettings(
                        "127.0.0.1",
                        8080,
                        "",
                        65536,
                        Duration.ofSeconds(30),
                        4096,
                        AccessSettings.masterOnly(),
                        AUDIT));
    }

    @Test
    void readsEveryKey() {
        assertThat(read(
                        "host = \"0.0.0.0\", port = 0, token = t, max-body-bytes = 1 MiB, request-timeout = 5s, max-connections = 10,"
                                + "wrong-tokens { at-once = 5, interval = 1m }, forwarded-for = true,"
                                + "audit { max-file-size = 1 MiB, max-days = 7, max-total-size = 8 MiB }"))
                .isEqualTo(new ApiSettings(
                        "0.0.0.0",
                        0,
                        "t",
                        1 << 20,
                        Duration.ofSeconds(5),
                        10,
                        new AccessSettings(List.of(), 5, Duration.ofMinutes(1), true),
                        new AuditSettings(1 << 20, 7, 8 << 20)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host = \" \"",
                "port = -1",
                "port = 65536",
                "max-body-bytes = 1023",
                "max-body-bytes = 9 MiB",
                "request-timeout = 999ms",
                "request-timeout = 601s",
                "max-connections = 0",
                "wrong-tokens.at-once = 0",
                "wrong-tokens.at-once = 10001",
                "wrong-tokens.interval = 99ms",
                "wrong-tokens.interval = 61m",
                "audit.max-file-size = 1 KiB",
                "audit.max-file-size = 2 GiB",
                "audit.max-days = 0",
                "audit.max-total-size = 1 MiB"
            })
    void refusesNonsense(String override) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(override)).withMessageContaining("bakstripe.api.");
    }

    @Test
    void hidesTheToken() {
        assertThat(read("token = secret").toString()).doesNotContain("secret");
    }

    @Test
    void changesTokenAndPortOnly() {
        assertThat(read("").withToken("t").withPort(1))
                .isEqualTo(new ApiSettings(
                        "127.0.0.1", 1, "t", 65536, Duration.ofSeconds(30), 4096, AccessSettings.masterOnly(), AUDIT));
    }
}
