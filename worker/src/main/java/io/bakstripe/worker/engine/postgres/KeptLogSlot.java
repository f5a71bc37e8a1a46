package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lasting replication slot that keeps a server's log from one log backup to the next. Its name is the same whoever asks for it. */
final class KeptLogSlot {
    private static final String PREFIX = "bakstripe_log_";
    private static final int NAME_BYTES = 8;
    private static final Set<String> ALIVE = Set.of("reserved", "extended");

    private static final String STATE = """
            SELECT wal_status, restart_lsn::text FROM pg_replication_slots
             WHERE slot_name = ? AND slot_type = 'physical' AND NOT temporary""";
    private static final String MAKE = "SELECT slot_name FROM pg_create_physical_replication_slot(?, true)";
    private static final String DROP = "SELECT pg_drop_replication_slot(?)";

    /** A slot that was lost, or that has got as far already, stays as it is. */
    private static final String ADVANCE = """
            SELECT pg_replication_slot_advance(slot_name, least(?::pg_lsn, pg_current_wal_flush_lsn()))
              FROM pg_replication_slots
             WHERE slot_name = ? AND slot_type = 'physical' AND NOT temporary AND NOT active
               AND wal_status <> 'lost' AND restart_lsn < least(?::pg_lsn, pg_current_wal_flush_lsn())""";

    private final PostgresSession session;
    private final String name;

    KeptLogSlot(PostgresSession session, DatabaseRef database) {
        this.session = session;
        this.name = name(database);
    }

    /** The name of the slot of a database: {@code bakstripe_log_} and 16 hexadecimal digits. */
    static String name(DatabaseRef database) {
        String whose = database.instance() + "/" + database.folded();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(whose.getBytes(StandardCharsets.UTF_8));
            return PREFIX + HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the server still keeps what a slot in this state is to keep. */
    static boolean alive(String walStatus) {
        return ALIVE.contains(walStatus);
    }

    String name() {
        return name;
    }

    /** What the server says of the slot; empty when there is none. */
    Optional<State> state() {
        List<State> found = session.all(STATE, row -> State.of(row.getString(1), row.getString(2)), name);
        return found.stream().findFirst();
    }

    /** Lets the server keep its log from now on unless it does so already; true when nothing was kept before. */
    boolean keep() {
        Optional<State> before = state();
        if (before.filter(State::alive).isPresent()) {
            return false;
        }
        if (before.isPresent()) {
            session.one(DROP, row -> true, name);
        }
        session.one(MAKE, row -> row.getString(1), name);
        return true;
    }

    /** Lets go of the log before this position. */
    void advance(Lsn to) {
        session.all(ADVANCE, row -> true, to.toString(), name, to.toString());
    }

    /**
     * @param walStatus as the server names it
     * @param from where the log begins that is kept; absent when the slot keeps nothing
     */
    record State(String walStatus, Optional<Lsn> from) {
        private static State of(@Nullable String status, @Nullable String from) {
            return new State(
                    status == null ? "lost" : status, Optional.ofNullable(from).map(Lsn::parse));
        }

        boolean alive() {
            return KeptLogSlot.alive(walStatus) && from.isPresent();
        }
    }
}
