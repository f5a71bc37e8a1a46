package io.bakstripe.protocol.procedure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;

/**
 * The point in time of a log restore, as the caller wrote it (row G3): a date and time of the instance's time zone, or one with an offset from UTC.
 *
 * <p>Read are {@code 2026-03-01 14:05:00.25}, the same with {@code T} in place of the space, {@code 20260301 14:05:00}, each with or without fractions of a
 * second down to a microsecond (what the engine distinguishes), with or without seconds, a date alone (its midnight), and behind any time {@code Z} or an
 * offset such as {@code +01:00}.
 *
 * @param text as it was written
 */
public record StopAt(@JsonValue String text) {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("HH:mm")
            .optionalStart()
            .appendPattern(":ss")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 6, true)
            .optionalEnd()
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .toFormatter(Locale.ROOT);
    private static final List<DateTimeFormatter> SHAPES = List.of(
            shape("uuuu-MM-dd", "' '"), shape("uuuu-MM-dd", "'T'"), shape("uuuuMMdd", "' '"), shape("uuuuMMdd", "'T'"));

    /** Reads the text; {@link BackupError#STOPAT_MALFORMED} when it is no date and time. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public StopAt {
        read(text);
    }

    private static DateTimeFormatter shape(String date, String separator) {
        return new DateTimeFormatterBuilder()
                .appendPattern(date)
                .optionalStart()
                .appendPattern(separator)
                .append(TIME)
                .optionalEnd()
                .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    /**
     * The moment that is meant.
     *
     * @param zone of the instance, for a text without an offset; {@link BackupError#STOPAT_AMBIGUOUS} when its clocks show that time never or twice
     */
    public Instant in(ZoneId zone) {
        TemporalAccessor read = read(text);
        if (read instanceof OffsetDateTime exact) {
            return exact.toInstant();
        }
        LocalDateTime local = (LocalDateTime) read;
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() != 1) {
            throw BackupError.STOPAT_AMBIGUOUS
                    .problem(text, offsets.isEmpty() ? "never" : "twice", zone)
                    .on("stopat")
                    .asException();
        }
        return local.toInstant(offsets.get(0));
    }

    private static TemporalAccessor read(String text) {
        for (DateTimeFormatter shape : SHAPES) {
            try {
                TemporalAccessor read = shape.parseBest(text.strip(), OffsetDateTime::from, LocalDateTime::from);
                // Years beyond these have no place in the engine's clock.
                int year = read.get(ChronoField.YEAR);
                if (year >= 1970 && year <= 9999) {
                    return read;
                }
            } catch (DateTimeException otherShape) {
                continue;
            }
        }
        throw BackupError.STOPAT_MALFORMED.problem(text).asException();
    }

    /** A moment as it is shown: in UTC, to the microsecond. */
    public static String shown(Instant moment) {
        return moment.truncatedTo(ChronoUnit.MICROS).toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
