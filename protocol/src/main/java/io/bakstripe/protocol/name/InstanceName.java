package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.util.regex.Pattern;

/**
 * The name of a registered instance: 1 to 63 letters, digits, {@code -} or {@code _}, beginning with a letter or digit.
 *
 * <p>Creating one from anything else throws {@link BakstripeException} with {@link BackupError#NAME_MALFORMED}.
 */
public record InstanceName(@JsonValue String value) implements Comparable<InstanceName> {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public InstanceName {
        if (!VALID.matcher(value).matches()) {
            throw BackupError.NAME_MALFORMED
                    .problem("instance", value, "1 to 63 letters, digits, '-' or '_'")
                    .asException();
        }
    }

    @Override
    public int compareTo(InstanceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
