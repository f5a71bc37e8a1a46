package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;

/** The log is not what a server writes; the message says where and why. */
public final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedLogException(String file, Lsn at, String what) {
        super("the log is damaged at " + at + " in " + file + ": " + what);
    }
}
