package io.bakstripe.protocol.procedure;

/** What becomes of a database once a restore step is applied (rows R3, G2). */
public enum Recovery {
    /** It is rolled forward and opened: no further steps. */
    RECOVERY,
    /** It stays RESTORING and its server is not started. */
    NORECOVERY,
    /** It stays RESTORING, but can be read until the next step. */
    STANDBY
}
