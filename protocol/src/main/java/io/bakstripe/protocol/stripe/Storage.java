package io.bakstripe.protocol.stripe;

/** Where the files of a backup lie, and so whose rights and which endpoint its workers use. */
public enum Storage {
    /** A bucket that a caller named: the instance's own rights, and never more than row S1 allows. */
    NATIVE,
    /** The storage that the service keeps its snapshots in. */
    SNAPSHOTS
}
