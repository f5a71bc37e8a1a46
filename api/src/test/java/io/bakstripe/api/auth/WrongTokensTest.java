package io.bakstripe.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrongTokensTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final WrongTokens wrong = new WrongTokens(2, INTERVAL, 100, () -> now);

    @Test
    void givesOneTryBackAfterEveryInterval() {
        assertThat(wrong.take("a")).isEmpty();
        assertThat(wrong.take("a")).isEmpty();
        assertThat(wrong.take("a")).contains(INTERVAL);
        now = now.plusSeconds(4);
        assertThat(wrong.take("a")).contains(Duration.ofSeconds(6));
        now = now.plusSeconds(6);
        assertThat(wrong.take("a")).isEmpty();
        assertThat(wrong.take("a")).contains(INTERVAL);
        now = now.plusSeconds(1000);
        assertThat(wrong.take("a")).isEmpty();
        assertThat(wrong.take("a")).isEmpty();
        assertThat(wrong.take("a")).isPresent();
    }

    @Test
    void countsAddressesApart() {
        wrong.take("a");
        wrong.take("a");

        assertThat(wrong.take("a")).isPresent();
        assertThat(wrong.take("b")).isEmpty();
    }

    @Test
    void forgetsATryThatWasNone() {
        for (int call = 0; call < 100; call++) {
            assertThat(wrong.take("a")).isEmpty();
            wrong.giveBack("a");
        }

        assertThat(wrong.remembered()).isZero();
    }

    @Test
    void remembersABoundedNumberOfAddressesTheLatest() {
        wrong.take("first");
        wrong.take("first");
        for (int address = 0; address < 100_000; address++) {
            wrong.take("address " + address);
        }

        assertThat(wrong.remembered()).isEqualTo(100);
        assertThat(wrong.take("first")).isEmpty();
        wrong.take("address 99999");
        assertThat(wrong.take("address 99999")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "2001:db8:1:2:3:4:5:6, 20:01:0d:b8:00:01:00:02::/64",
        "2001:db8:1:2:ffff::1, 20:01:0d:b8:00:01:00:02::/64",
        "::ffff:192.0.2.1, 192.0.2.1"
    })
    void anAddressIsCountedByWhatOneCallerHas(String given, String counted) throws UnknownHostException {
        assertThat(CallerAddress.counted(InetAddress.getByName(given))).isEqualTo(counted);
    }
}
