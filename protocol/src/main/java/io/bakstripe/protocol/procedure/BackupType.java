package io.bakstripe.protocol.procedure;

/** The type of a data backup or of its restore (rows B4, R4). */
public enum BackupType {
    FULL,
    DIFFERENTIAL
}
