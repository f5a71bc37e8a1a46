package io.bakstripe.protocol.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "closed",
            value = {
                "03:00-03:30, 2026-03-04T02:59:59.999Z, closed",
                "03:00-03:30, 2026-03-04T03:00:00Z,     2026-03-04T03:30:00Z",
                "03:00-03:30, 2026-03-04T03:29:59.999Z, 2026-03-04T03:30:00Z",
                "03:00-03:30, 2026-03-04T03:30:00Z,     closed",
                "23:45-00:15, 2026-12-31T23:44:59Z,     closed",
                "23:45-00:15, 2026-12-31T23:50:00Z,     2027-01-01T00:15:00Z",
                "23:45-00:15, 2027-01-01T00:14:59Z,     2027-01-01T00:15:00Z",
                "23:45-00:15, 2027-01-01T00:15:00Z,     closed"
            })
    void dailyOneIsOpenFromItsFirstMinuteToItsLast(String window, Instant now, Instant until) {
        assertThat(DailyWindow.parse(window).openUntil(now).orElse(null)).isEqualTo(until);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "closed",
            value = {
                "sun:05:00-sun:06:00, 2026-11-22T04:59:59.999Z, closed",
                "sun:05:00-sun:06:00, 2026-11-22T05:00:00Z,     2026-11-22T06:00:00Z",
                "sun:05:00-sun:06:00, 2026-11-22T06:00:00Z,     closed",
                "sun:05:00-sun:06:00, 2026-11-23T05:30:00Z,     closed",
                "Sun:23:30-Mon:01:00, 2026-11-22T23:30:00Z,     2026-11-23T01:00:00Z",
                "sun:23:30-mon:01:00, 2026-11-23T00:59:59Z,     2026-11-23T01:00:00Z",
                "sun:23:30-mon:01:00, 2026-11-23T23:45:00Z,     closed",
                "tue:10:00-wed:10:00, 2026-11-25T09:59:00Z,     2026-11-25T10:00:00Z"
            })
    void weeklyOneIsOpenFromItsFirstMinuteToItsLast(String window, Instant now, Instant until) {
        assertThat(WeeklyWindow.parse(window).openUntil(now).orElse(null)).isEqualTo(until);
    }

    @Test
    void areThoseOfUtcWhereTheClocksOfTheZoneAreChanged() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        DailyWindow window = DailyWindow.parse("01:00-01:30");
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(berlin));
        try {
            // In winter that is 02:00 in Berlin; on 29 March that hour does not exist, and on 25 October it comes
            // twice.
            assertThat(window.openUntil(at("2026-03-28T02:10", berlin))).isPresent();
            assertThat(window.openUntil(Instant.parse("2026-03-29T01:10:00Z"))).isPresent();
            assertThat(window.openUntil(at("2026-03-29T03:10", berlin))).isPresent();
            assertThat(window.openUntil(at("2026-03-30T02:10", berlin))).isEmpty();
            LocalDateTime twice = LocalDateTime.parse("2026-10-25T02:10");
            assertThat(window.openUntil(
                            twice.atZone(berlin).withEarlierOffsetAtOverlap().toInstant()))
                    .isEmpty();
            assertThat(window.openUntil(
                            twice.atZone(berlin).withLaterOffsetAtOverlap().toInstant()))
                    .isPresent();
            assertThat(window.nextOpening(at("2026-03-28T12:00", berlin)))
                    .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private static Instant at(String local, ZoneId zone) {
        return LocalDateTime.parse(local).atZone(zone).toInstant();
    }

    @Test
    void saysWhenTheDailyOneOpensNext() {
        DailyWindow window = DailyWindow.parse("03:00-03:30");

        assertThat(window.nextOpening(Instant.parse("2026-03-04T02:00:00Z"))).isEqualTo("2026-03-04T03:00:00Z");
        assertThat(window.nextOpening(Instant.parse("2026-03-04T03:00:00Z"))).isEqualTo("2026-03-04T03:00:00Z");
        assertThat(window.nextOpening(Instant.parse("2026-03-04T03:00:00.001Z")))
                .isEqualTo("2026-03-05T03:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "3:00-03:30", "03:00-24:00", "03:00-03:29", "03:00-03:00", "03:00 - 03:30", "03:61-04:30"})
    void refusesADailyOneThatRdsWouldNotTake(String text) {
        assertThatThrownBy(() -> DailyWindow.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a backup window is");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "05:00-06:00",
                "sun:05:00-sun:05:29",
                "sun:05:00-mon:05:01",
                "son:05:00-son:06:00",
                "sun:05:00-sun:04:00"
            })
    void refusesAWeeklyOneThatRdsWouldNotTake(String text) {
        assertThatThrownBy(() -> WeeklyWindow.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a maintenance window is");
    }

    @Test
    void areWrittenAsTheyAreDeclared() {
        assertThat(DailyWindow.parse("23:45-00:15")).hasToString("23:45-00:15");
        assertThat(WeeklyWindow.parse("Sun:05:00-sun:06:00")).hasToString("sun:05:00-sun:06:00");
    }
}
