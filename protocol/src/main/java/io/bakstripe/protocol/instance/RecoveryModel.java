package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a database keeps its log for log backups. */
public enum RecoveryModel {
    /** No log is kept beyond what a running backup needs. */
    SIMPLE,
    /** A slot on the server keeps the log from one log backup to the next. */
    FULL;

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
