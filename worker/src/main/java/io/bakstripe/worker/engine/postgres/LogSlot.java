package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;

/** A temporary replication slot, which keeps the server's log from where it stood when the slot was made until the slot's session ends. */
final class LogSlot {
    private static final String MAKE = "SELECT slot_name FROM pg_create_physical_replication_slot(?, true, true)";
    private static final String HELD =
            "SELECT count(*)::int FROM pg_replication_slots WHERE slot_name = ? AND active_pid = pg_backend_pid()"
                    + " AND wal_status IN ('reserved', 'extended')";

    private final PostgresSession session;
    private final String name;

    private LogSlot(PostgresSession session, String name) {
        this.session = session;
        this.name = name;
    }

    /** From here on the log is kept that a crash of the server would replay now, and all that follows. */
    static LogSlot make(PostgresSession session, String name) {
        session.one(MAKE, row -> row.getString(1), name);
        return new LogSlot(session, name);
    }

    /** Throws {@code SESSION_LOST} when the server has given the slot up. */
    void verifyHeld() {
        if (session.one(HELD, row -> row.getInt(1), name) != 1) {
            throw BackupError.SESSION_LOST
                    .problem(session.display(), "its replication slot no longer keeps the log")
                    .asException();
        }
    }
}
