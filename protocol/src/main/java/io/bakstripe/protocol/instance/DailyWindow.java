package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The daily backup window of an instance (row L10), in UTC whatever the instance's time zone is; it may go over midnight. Written as {@code
 * 03:00-03:30}.
 *
 * @param start the first minute in it
 * @param end the first minute behind it
 */
public record DailyWindow(LocalTime start, LocalTime end) {
    /** The shortest one, as RDS has it. */
    static final Duration SHORTEST = Duration.ofMinutes(30);

    private static final Pattern FORM = Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-3]):([0-5]\\d)");

    public DailyWindow {
        if (!start.truncatedTo(ChronoUnit.MINUTES).equals(start)
                || !end.truncatedTo(ChronoUnit.MINUTES).equals(end)
                || length(start, end).compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "a backup window is at least 30 minutes of a day, not " + start + "-" + end);
        }
    }

    /** Reads {@code hh:mm-hh:mm}; {@link IllegalArgumentException} for anything else. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static DailyWindow parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("a backup window is written hh:mm-hh:mm in UTC, not '" + text + "'");
        }
        return new DailyWindow(time(form, 1), time(form, 3));
    }

    private static LocalTime time(Matcher form, int group) {
        return LocalTime.of(Integer.parseInt(form.group(group)), Integer.parseInt(form.group(group + 1)));
    }

    private static Duration length(LocalTime start, LocalTime end) {
        Duration forward = Duration.between(start, end);
        return forward.isNegative() ? forward.plusDays(1) : forward;
    }

    /** When the window that is open at that moment closes; empty while it is not open. */
    public Optional<Instant> openUntil(Instant now) {
        Instant opened = now.atOffset(ZoneOffset.UTC).with(start).toInstant();
        Instant latest = opened.isAfter(now) ? opened.minus(Duration.ofDays(1)) : opened;
        return Optional.of(latest.plus(length(start, end))).filter(now::isBefore);
    }

    /** When it opens next: now, if it opens at this very moment. */
    public Instant nextOpening(Instant now) {
        Instant today = now.atOffset(ZoneOffset.UTC).with(start).toInstant();
        return today.isBefore(now) ? today.plus(Duration.ofDays(1)) : today;
    }

    @JsonValue
    @Override
    public String toString() {
        return start + "-" + end;
    }
}
