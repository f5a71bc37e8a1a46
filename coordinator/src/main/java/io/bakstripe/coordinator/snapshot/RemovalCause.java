package io.bakstripe.coordinator.snapshot;

/** Why a snapshot goes. Recorded by name. */
public enum RemovalCause {
    /** A call. */
    CALL,
    /** It is older than snapshots are kept. */
    AGE,
    /** There are as many newer ones as are kept. */
    NUMBER
}
