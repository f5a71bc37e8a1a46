package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSettingsTest {

    private static ApiSettings read(String overrides) {
        return ApiSettings.from(ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.parseResources("reference.conf").getConfig("bakstripe.api"))
                .resolve());
    }

    @Test
    void hasDefaults() {
        assertThat(read("")).isEqualTo(new ApiSettings("127.0.0.1", 8080, "", 65536, Duration.ofSeconds(30)));
    }

    @Test
    void readsEveryKey() {
        assertThat(read("host = \"0.0.0.0\", port = 0, token = t, max-body-bytes = 1 MiB, request-timeout = 5s"))
                .isEqualTo(new ApiSettings("0.0.0.0", 0, "t", 1 << 20, Duration.ofSeconds(5)));
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
                "request-timeout = 601s"
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
                .isEqualTo(new ApiSettings("127.0.0.1", 1, "t", 65536, Duration.ofSeconds(30)));
    }
}
