package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was read of a server for {@link SourceFindings}.
 *
 * @param pooled whether something stands between us and the server
 * @param role that we are logged in as
 * @param settings by name, as {@code pg_settings.setting} has them; those that the role may not see are missing
 * @param slots all replication slots
 * @param bytes that a backup would read, at least
 * @param unloggedTables in the database that we are connected to
 * @param keepsLog whether the log is to be backed up (recovery model full)
 * @param logSlot name of the slot that keeps it, or would
 */
record SourceState(
        ServerVersion version,
        boolean pooled,
        String role,
        String quotedRole,
        String dbname,
        boolean standby,
        boolean mayReplicate,
        List<String> missingGrants,
        Map<String, String> settings,
        List<Slot> slots,
        long bytes,
        int unloggedTables,
        boolean keepsLog,
        String logSlot) {

    private static final String SETTINGS = """
            SELECT name, setting FROM pg_settings WHERE setting IS NOT NULL AND name IN (
              'wal_level', 'max_replication_slots', 'max_slot_wal_keep_size', 'data_checksums', 'summarize_wal', 'fsync',
              'full_page_writes', 'data_directory', 'config_file', 'hba_file', 'ident_file', 'shared_preload_libraries',
              'log_statement')""";

    private static final String SLOTS = """
            SELECT slot_name, active, temporary, coalesce(wal_status, 'lost'), coalesce(pg_wal_lsn_diff(
                     CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                     restart_lsn), 0)::int8
              FROM pg_replication_slots ORDER BY slot_name""";

    private static final String ITSELF = """
            SELECT current_user, quote_ident(current_user), current_database(), pg_is_in_recovery(),
                   (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
                   (SELECT count(*)::int FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence = 'u')""";

    /**
     * @param temporary gone with its session
     * @param walStatus how well the server keeps the log that the slot needs, as it names it
     * @param heldBytes of log that the server keeps for it
     */
    record Slot(String name, boolean active, boolean temporary, String walStatus, long heldBytes) {}

    SourceState {
        missingGrants = List.copyOf(missingGrants);
        settings = Map.copyOf(settings);
        slots = List.copyOf(slots);
    }

    /** Reads everything; needs no grants, and works on versions that cannot be backed up. */
    static SourceState read(PostgresSession session, DatabaseRef database, boolean keepsLog) {
        Map<String, String> settings =
                session.all(SETTINGS, row -> Map.entry(row.getString(1), row.getString(2))).stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        List<Slot> slots = session.all(
                SLOTS,
                row -> new Slot(
                        row.getString(1), row.getBoolean(2), row.getBoolean(3), row.getString(4), row.getLong(5)));
        List<String> missing = session.version().supported()
                ? SourceCheck.missingGrants(session, BackupBasis.full(keepsLog))
                : List.of();
        long bytes = SourceCheck.estimatedBytes(session);
        return session.one(
                ITSELF,
                row -> new SourceState(
                        session.version(),
                        !session.direct(),
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        missing,
                        settings,
                        slots,
                        bytes,
                        row.getInt(6),
                        keepsLog,
                        KeptLogSlot.name(database)));
    }

    Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    Optional<Integer> number(String name) {
        return setting(name).map(Integer::valueOf);
    }
}
