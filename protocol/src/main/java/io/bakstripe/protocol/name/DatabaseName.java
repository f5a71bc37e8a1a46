package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The display name of a database: 1 to 128 characters (SQL Server's {@code sysname}), no control characters, no blank ends.
 *
 * <p>Two names that differ only by case or accent name the same database (row R9 of the requirements): {@link #folded()} is the identity,
 * the display name is only shown.
 */
public record DatabaseName(@JsonValue String value) {
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public DatabaseName {
        boolean valid = !value.isBlank()
                && value.length() <= 128
                && value.strip().equals(value)
                && value.codePoints().noneMatch(DatabaseName::unusable)
                && !folded(value).isBlank();
        if (!valid) {
            throw BackupError.NAME_MALFORMED
                    .problem(
                            "database",
                            value,
                            "1 to 128 characters, at least one letter, digit or sign, no control characters, no blank at"
                                    + " either end")
                    .asException();
        }
    }

    /** A surrogate without its pair has no UTF-8 form: distinct names would share one entity id. */
    private static boolean unusable(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    /** The name without case and accents: equal for all names that R9 treats as one. */
    public String folded() {
        return folded(value);
    }

    private static String folded(String value) {
        if (value.chars().allMatch(letter -> letter < 128)) {
            // Asked for at every call and for every declared name.
            return value.toLowerCase(Locale.ROOT);
        }
        String plain =
                MARKS.matcher(Normalizer.normalize(value, Normalizer.Form.NFKD)).replaceAll("");
        // Upper case first: it folds pairs such as German sharp s and the two lower-case sigmas that lower case alone
        // keeps apart.
        return plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    /** True when {@code other} names the same database. */
    public boolean sameDatabaseAs(DatabaseName other) {
        return folded().equals(other.folded());
    }

    @Override
    public String toString() {
        return value;
    }
}
