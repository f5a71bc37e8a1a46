package io.bakstripe.protocol.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopAtTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Instant read(String text, ZoneId zone) {
        return new StopAt(text).in(zone);
    }

    @ParameterizedTest
    @CsvSource({
        // The reference's own example, and the shapes that T-SQL callers write.
        "2019-12-01 03:57:09, 2019-12-01T02:57:09Z",
        "2026-03-01 14:05:00.25, 2026-03-01T13:05:00.250Z",
        "2026-03-01T14:05:00.25, 2026-03-01T13:05:00.250Z",
        "20260301 14:05:00, 2026-03-01T13:05:00Z",
        "20260301T14:05:00, 2026-03-01T13:05:00Z",
        "2026-03-01 14:05, 2026-03-01T13:05:00Z",
        "2026-07-01 14:05, 2026-07-01T12:05:00Z",
        "2026-03-01, 2026-02-28T23:00:00Z",
        "20260301, 2026-02-28T23:00:00Z",
        "'  2026-03-01 14:05 ', 2026-03-01T13:05:00Z",
        "2024-02-29 00:00, 2024-02-28T23:00:00Z",
    })
    void isReadByTheClocksOfTheInstance(String text, Instant expected) {
        assertThat(read(text, BERLIN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T13:05:00Z, 2026-03-01T13:05:00Z",
        "2026-03-01 13:05Z, 2026-03-01T13:05:00Z",
        "2026-03-01T14:05:00+01:00, 2026-03-01T13:05:00Z",
        "2026-03-01 07:35:00.5-05:30, 2026-03-01T13:05:00.500Z",
        "20260301 13:05:00.000001Z, 2026-03-01T13:05:00.000001Z",
        "2026-03-01T13:05:00+00:00, 2026-03-01T13:05:00Z",
        "2026-03-02T07:05:00+18:00, 2026-03-01T13:05:00Z",
    })
    void hasItsOwnMomentWhenItSaysItsOffset(String text, Instant expected) {
        assertThat(read(text, BERLIN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 100000", "12, 120000", "123, 123000", "123456, 123456", "000001, 1", "999999, 999999"})
    void distinguishesMicroseconds(String fraction, long micros) {
        assertThat(read("2026-03-01 14:05:00." + fraction, BERLIN))
                .isEqualTo(Instant.parse("2026-03-01T13:05:00Z").plusNanos(micros * 1000));
    }

    @ParameterizedTest
    @CsvSource({
        // The night in which the clocks jump from 2 to 3, and the one in which 2 to 3 comes twice.
        "2026-03-29 02:00:00, never",
        "2026-03-29 02:30:00, never",
        "2026-03-29 02:59:59.999999, never",
        "2026-10-25 02:00:00, twice",
        "2026-10-25 02:30:00, twice",
        "2026-10-25 02:59:59.999999, twice",
    })
    void isRefusedWhenTheClocksShowItNeverOrTwice(String text, String times) {
        assertThatThrownBy(() -> read(text, BERLIN)).isInstanceOfSatisfying(BakstripeException.class, refused -> {
            assertThat(refused.problem().error()).isEqualTo(BackupError.STOPAT_AMBIGUOUS);
            assertThat(refused.problem().detail())
                    .isEqualTo("the clocks of time zone Europe/Berlin show '" + text + "' " + times);
            assertThat(refused.problem().parameter()).contains("stopat");
        });
        assertThat(read(text, ZoneId.of("UTC"))).isEqualTo(Instant.parse(text.replace(' ', 'T') + "Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-29 01:59:59.999999, 2026-03-29T00:59:59.999999Z",
        "2026-03-29 03:00:00, 2026-03-29T01:00:00Z",
        "2026-03-29 02:30:00+02:00, 2026-03-29T00:30:00Z",
        "2026-10-25 01:59:59.999999, 2026-10-24T23:59:59.999999Z",
        "2026-10-25 03:00:00, 2026-10-25T02:00:00Z",
        "2026-10-25 02:30:00+02:00, 2026-10-25T00:30:00Z",
        "2026-10-25 02:30:00+01:00, 2026-10-25T01:30:00Z",
    })
    void isReadAroundTheNightsInWhichTheClocksJump(String text, Instant expected) {
        assertThat(read(text, BERLIN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yesterday",
                "14:05:00",
                "1772370300",
                "2026-02-29",
                "2026-02-30 10:00",
                "2026-13-01",
                "2026-00-10",
                "2026-3-1 14:05",
                "26-03-01 14:05",
                "01.03.2026 14:05",
                "03/01/2026",
                "2026-03-01 24:00",
                "2026-03-01 14:60",
                "2026-03-01 14:05:60",
                "2026-03-01 2:05 PM",
                "2026-03-01 14",
                "2026-03-01 14:05:00.",
                "2026-03-01 14:05:00.1234567",
                "2026-03-01 14:05.5",
                "2026-03-01 14:05:00,5",
                "2026-03-01 14:05:00+1",
                "2026-03-01 14:05:00+0100",
                "2026-03-01 14:05:00+19:00",
                "2026-03-01 14:05:00 Europe/Berlin",
                "2026-03-01Z",
                "2026-03-01 14:05:00Z garbage",
                "2026-03-01  14:05:00",
                "2026-03-01T",
                "'2026-03-01'",
                "0026-03-01",
                "1969-12-31",
                "+12026-03-01",
                "12026-03-01",
                "-2026-03-01",
                "120260301",
                "٢٠٢٦-٠٣-٠١",
            })
    void isRefusedWhenItIsNoDateAndTime(String text) {
        assertThatThrownBy(() -> new StopAt(text)).isInstanceOfSatisfying(BakstripeException.class, refused -> {
            assertThat(refused.problem().error()).isEqualTo(BackupError.STOPAT_MALFORMED);
            assertThat(refused.problem().detail()).isEqualTo("'" + text + "' is not a date and time");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01", "9999-12-31 23:59:59.999999", "9999-12-31T23:59:59-18:00"})
    void takesEveryYearThatIsWrittenInFourDigitsSince1970(String text) {
        assertThat(new StopAt(text).text()).isEqualTo(text);
        assertThat(read(text, BERLIN)).isAfterOrEqualTo(Instant.parse("1969-12-31T23:00:00Z"));
    }

    @Test
    void isShownAsItWasWritten() {
        assertThat(new StopAt("2026-03-01 14:05")).hasToString("2026-03-01 14:05");
        assertThat(StopAt.shown(Instant.parse("2026-03-01T13:05:00.123456789Z")))
                .isEqualTo("2026-03-01T13:05:00.123456Z");
    }
}
