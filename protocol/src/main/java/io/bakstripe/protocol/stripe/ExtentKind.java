package io.bakstripe.protocol.stripe;

/** What an extent is, and so where its bytes come from and how they are checked. */
public enum ExtentKind {
    /** A range of a file that may change or vanish while it is read; replay of the log heals it. */
    FILE,
    /** A directory, made even if nothing goes into it. */
    DIRECTORY,
    /** A whole log segment of the backup's own span: address, system identifier and length are validated, absence is an error. */
    LOG,
    /** The control file, read after everything else and validated by its checksum. */
    CONTROL,
    /** A small file whose bytes the session made: labels and the like. */
    INLINE,
    /** A page of the set's manifest, see {@code docs/format.md}. */
    MANIFEST
}
