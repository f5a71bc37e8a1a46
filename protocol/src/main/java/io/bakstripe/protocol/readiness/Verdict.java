package io.bakstripe.protocol.readiness;

/** What a finding means for backups. */
public enum Verdict {
    /** As it should be. */
    GOOD,
    /** Backups work, but somebody should know or change this. */
    ADVICE,
    /** A backup would be refused or fail. */
    PROBLEM
}
