package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weekly maintenance window of an instance (row L10), in UTC whatever the instance's time zone is; it may go over the end of the week.
 * Written as {@code sun:05:00-sun:06:00}.
 *
 * @param start the first minute in it
 * @param end the first minute behind it
 */
public record WeeklyWindow(DayOfWeek startDay, LocalTime start, DayOfWeek endDay, LocalTime end) {
    private static final String MOMENT = "([a-z]{3}):([01]\\d|2[0-3]):([0-5]\\d)";
    private static final Pattern FORM = Pattern.compile(MOMENT + "-" + MOMENT);

    public WeeklyWindow {
        if (!start.truncatedTo(ChronoUnit.MINUTES).equals(start)
                || !end.truncatedTo(ChronoUnit.MINUTES).equals(end)
                || length(startDay, start, endDay, end).compareTo(DailyWindow.SHORTEST) < 0
                || length(startDay, start, endDay, end).compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("a maintenance window is 30 minutes to 24 hours of a week, not "
                    + text(startDay, start) + "-" + text(endDay, end));
        }
    }

    /** Reads {@code ddd:hh:mm-ddd:hh:mm} in any case; {@link IllegalArgumentException} for anything else. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WeeklyWindow parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw malformed(text);
        }
        return new WeeklyWindow(day(form.group(1), text), time(form, 2), day(form.group(4), text), time(form, 5));
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "a maintenance window is written ddd:hh:mm-ddd:hh:mm in UTC, not '" + text + "'");
    }

    private static DayOfWeek day(String word, String text) {
        return Arrays.stream(DayOfWeek.values())
                .filter(day -> word(day).equals(word))
                .findFirst()
                .orElseThrow(() -> malformed(text));
    }

    private static LocalTime time(Matcher form, int group) {
        return LocalTime.of(Integer.parseInt(form.group(group)), Integer.parseInt(form.group(group + 1)));
    }

    private static Duration length(DayOfWeek startDay, LocalTime start, DayOfWeek endDay, LocalTime end) {
        Duration forward =
                Duration.ofDays(endDay.getValue() - startDay.getValue()).plus(Duration.between(start, end));
        return forward.isNegative() ? forward.plusDays(7) : forward;
    }

    /** When the window that is open at that moment closes; empty while it is not open. */
    public Optional<Instant> openUntil(Instant now) {
        Instant opened = now.atOffset(ZoneOffset.UTC)
                .with(TemporalAdjusters.previousOrSame(startDay))
                .with(start)
                .toInstant();
        Instant latest = opened.isAfter(now) ? opened.minus(Duration.ofDays(7)) : opened;
        return Optional.of(latest.plus(length(startDay, start, endDay, end))).filter(now::isBefore);
    }

    @JsonValue
    @Override
    public String toString() {
        return text(startDay, start) + "-" + text(endDay, end);
    }

    private static String text(DayOfWeek day, LocalTime time) {
        return word(day) + ":" + time;
    }

    private static String word(DayOfWeek day) {
        return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }
}
