package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What brought a snapshot about. */
public enum SnapshotKind {
    /** A call. */
    MANUAL,
    /** A restore that opened the database (row R8). */
    INITIAL,
    /** The daily backup window (row L10). */
    DAILY;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
