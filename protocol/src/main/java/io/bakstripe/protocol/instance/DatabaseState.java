package io.bakstripe.protocol.instance;

/** The state of a database as {@code GET /instances/{i}/databases} shows it. */
public enum DatabaseState {
    /** Open for use. */
    ONLINE,
    /** Partially restored; waits for a further restore step or for finish. */
    RESTORING,
    /** A restore step runs. */
    RESTORING_IN_PROGRESS
}
