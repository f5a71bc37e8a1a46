package io.bakstripe.protocol.stripe;

/** Which of an attempt's two plans an extent belongs to. */
public enum PlanKind {
    /** Everything that is read while the engine's backup is open. */
    DATA,
    /** What exists only after the engine's stop: log of the backup's own span, control file, labels, manifest. */
    CLOSING
}
