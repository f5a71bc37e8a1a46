package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a snapshot has come. */
public enum SnapshotState {
    /** It takes its turn behind the tasks that the database was given before. */
    WAITING,
    /** It is being taken; no native task of the database starts meanwhile. */
    RUNNING,
    /** It is complete. */
    AVAILABLE,
    /** It was not taken, and nothing of it is left in the storage. */
    FAILED,
    /** It is being deleted and cannot be restored any more; where that fails it is tried again. */
    DELETING,
    /** Nothing of it is left in the storage. */
    DELETED;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True once nothing changes any more. */
    public boolean ended() {
        return this == AVAILABLE || this == FAILED || this == DELETED;
    }
}
