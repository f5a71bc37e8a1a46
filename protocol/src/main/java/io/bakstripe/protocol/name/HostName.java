package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import java.util.regex.Pattern;

/** The name of a host that runs managed databases, as the role {@code host-<name>} of its node spells it: lower-case letters, digits and {@code -}. */
public record HostName(@JsonValue String value) {
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public HostName {
        if (!VALID.matcher(value).matches()) {
            throw BackupError.NAME_MALFORMED
                    .problem("host", value, "1 to 63 lower-case letters, digits or '-'")
                    .asException();
        }
    }

    /** The cluster role that the node on this host carries. */
    public String role() {
        return "host-" + value;
    }

    @Override
    public String toString() {
        return value;
    }
}
