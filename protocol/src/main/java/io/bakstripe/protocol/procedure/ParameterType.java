package io.bakstripe.protocol.procedure;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What a parameter accepts and what it becomes.
 *
 * <p>Numbers may come as JSON numbers or, as T-SQL callers write them, as strings of digits; bits also as JSON booleans. Nothing else is
 * converted: a number where text is expected is refused.
 *
 * @param description how the type is named to the caller
 * @param kind what JSON values it takes
 * @param reader turns a parameter's name and raw value into its typed value, or throws with the problem
 */
public record ParameterType(String description, Kind kind, BiFunction<String, Object, Object> reader) {
    /** The JSON values that a parameter takes. */
    public enum Kind {
        TEXT,
        /** 0 or 1, as a number, a string or a boolean. */
        BIT,
        /** A whole number, as a number or as a string of digits. */
        WHOLE
    }

    static ParameterType text() {
        return new ParameterType("text", Kind.TEXT, ParameterType::asText);
    }

    static ParameterType databaseName() {
        return new ParameterType("text", Kind.TEXT, (name, value) -> new DatabaseName(asText(name, value)));
    }

    /** An S3 ARN; empty text is a missing value except where the reference gives it a message of its own ({@code emptyError}). */
    static ParameterType s3Arn(BackupError emptyError) {
        return new ParameterType("the ARN of a file in S3", Kind.TEXT, (name, value) -> {
            String text = value instanceof String given ? given : asText(name, value);
            if (text.isBlank() && emptyError != BackupError.PARAMETER_EMPTY) {
                throw emptyError.problem().asException();
            }
            return S3Arn.parse(asText(name, value));
        });
    }

    static ParameterType keyArn() {
        return new ParameterType(
                "the ARN of a KMS key",
                Kind.TEXT,
                (name, value) -> KeyArn.parse(asText(name, value)));
    }

    static ParameterType encryptionMode() {
        String description = String.join(
                " or ",
                Arrays.stream(EncryptionMode.values()).map(EncryptionMode::word).toList());
        return new ParameterType(description, Kind.TEXT, (name, value) -> EncryptionMode.ofWord(asText(name, value))
                .orElseThrow(() -> notAllowed(name, description, value)));
    }

    static ParameterType bit() {
        return new ParameterType("0 or 1", Kind.BIT, (name, value) -> {
            if (value instanceof Boolean bool) {
                return bool;
            }
            long number = asWhole(name, value, "0 or 1");
            if (number != 0 && number != 1) {
                throw notAllowed(name, "0 or 1", value);
            }
            return number == 1;
        });
    }

    static ParameterType whole(long min, long max) {
        String range =
                max == Long.MAX_VALUE ? "a whole number from " + min : "a whole number from " + min + " to " + max;
        return new ParameterType(range, Kind.WHOLE, (name, value) -> {
            long number = asWhole(name, value, range);
            if (number < min || number > max) {
                throw notAllowed(name, range, value);
            }
            return number;
        });
    }

    /** The type of a data backup, in any case: a log has procedures of its own. */
    static ParameterType dataBackup() {
        return oneOf(EnumSet.of(BackupType.FULL, BackupType.DIFFERENTIAL));
    }

    /** One of these constants, in any case. */
    private static <E extends Enum<E>> ParameterType oneOf(Set<E> constants) {
        String description =
                String.join(" or ", constants.stream().map(Enum::name).toList());
        return new ParameterType(description, Kind.TEXT, (name, value) -> {
            String text = asText(name, value).toUpperCase(Locale.ROOT);
            return constants.stream()
                    .filter(constant -> constant.name().equals(text))
                    .findFirst()
                    .orElseThrow(() -> notAllowed(name, description, value));
        });
    }

    /** A date and time, as {@link StopAt} reads it. */
    static ParameterType stopAt() {
        return new ParameterType("a date and time", Kind.TEXT, (name, value) -> new StopAt(asText(name, value)));
    }

    private static String asText(String name, Object value) {
        if (!(value instanceof String text)) {
            throw wrongType(name, "text", value);
        }
        if (text.isBlank()) {
            throw BackupError.PARAMETER_EMPTY.problem(name).asException();
        }
        return text;
    }

    private static long asWhole(String name, Object value, String description) {
        try {
            if (value instanceof Number number) {
                return new BigDecimal(number.toString()).longValueExact();
            }
            if (value instanceof String text && text.matches("-?[0-9]{1,18}")) {
                return Long.parseLong(text);
            }
        } catch (ArithmeticException fraction) {
            throw wrongType(name, description, value);
        }
        throw wrongType(name, description, value);
    }

    private static BakstripeException wrongType(String name, String description, Object value) {
        return BackupError.PARAMETER_TYPE
                .problem(name, description, shown(value))
                .asException();
    }

    private static BakstripeException notAllowed(String name, String description, Object value) {
        return BackupError.PARAMETER_VALUE
                .problem(name, description, shown(value))
                .asException();
    }

    private static String shown(Object value) {
        String text = value instanceof String string ? "'" + string + "'" : String.valueOf(value);
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
