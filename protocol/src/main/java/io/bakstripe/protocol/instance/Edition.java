package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** The edition of an instance: it decides size limits (L9) and whether compression may be on (K2). */
public enum Edition {
    ENTERPRISE(true),
    STANDARD(true),
    WEB(false),
    EXPRESS(false);

    private static final long EXPRESS_RESTORE_BYTES = 10L << 30;
    private static final long RESTORE_BYTES = 16L << 40;

    private final boolean compression;

    Edition(boolean compression) {
        this.compression = compression;
    }

    /** Whether backups may be compressed (row K2). */
    public boolean allowsCompression() {
        return compression;
    }

    /** The largest database that may be restored, in bytes (row L9). */
    public long maxRestoreBytes() {
        return this == EXPRESS ? EXPRESS_RESTORE_BYTES : RESTORE_BYTES;
    }

    /** As declared and shown, for example {@code Enterprise}. */
    @JsonValue
    public String displayName() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    /** Reads a name in any case; {@link IllegalArgumentException} for others. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Edition ofName(String name) {
        return Arrays.stream(values())
                .filter(edition -> edition.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such edition: " + name));
    }
}
