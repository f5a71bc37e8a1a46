package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;

/**
 * What a server says of itself, and whether a full backup can be taken from it.
 *
 * @param lostTablespaces identifiers of those whose directory the server does not find
 * @param systemIdentifier unsigned
 * @param segmentBytes size of one log segment
 * @param pageBytes size of one page of the log
 */
record SourceCheck(
        String walLevel,
        boolean standby,
        boolean mayReplicate,
        String lostTablespaces,
        long systemIdentifier,
        int segmentBytes,
        int pageBytes,
        String dbname) {
    private static final String MISSING_GRANTS = """
            SELECT coalesce(string_agg(f, ', '), '') FROM unnest(string_to_array(?, ' ')) f
             WHERE NOT has_function_privilege(f, 'EXECUTE')""";

    private static final String FACTS = """
            SELECT current_setting('wal_level'), pg_is_in_recovery(),
                   (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
                   (SELECT coalesce(string_agg(t.oid::text, ', ' ORDER BY t.oid), '') FROM pg_tablespace t
                     WHERE t.spcname NOT IN ('pg_default', 'pg_global')
                       AND (pg_stat_file('pg_tblspc/' || t.oid || '/PG_'
                              || current_setting('server_version_num')::int / 10000 || '_' || c.catalog_version_no,
                            true)).isdir IS NOT TRUE),
                   c.system_identifier,
                   (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size'),
                   current_setting('wal_block_size')::int, current_database()
              FROM pg_control_system() c""";

    /** Databases that the role may not look into are left out: the estimate is a lower one. */
    private static final String BYTES = """
            SELECT coalesce(sum(pg_database_size(oid)), 0)::int8 FROM pg_database
             WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')""";

    /** Throws what stands in the way of a full backup; otherwise tells what was found. */
    static SourceCheck pass(PostgresSession session) {
        DatabaseName display = session.display();
        if (!session.version().supported()) {
            throw BackupError.ENGINE_FAILED
                    .problem(display, "PostgreSQL " + session.version().major() + " is not supported")
                    .withHint("PostgreSQL 13 and later can be backed up.")
                    .asException();
        }
        String missing = session.one(
                MISSING_GRANTS,
                row -> row.getString(1),
                String.join(" ", session.version().functions()));
        if (!missing.isEmpty()) {
            throw BackupError.GRANT_MISSING.problem(display, missing).asException();
        }
        SourceCheck found = session.one(
                FACTS,
                row -> new SourceCheck(
                        row.getString(1),
                        row.getBoolean(2),
                        row.getBoolean(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getInt(6),
                        row.getInt(7),
                        row.getString(8)));
        found.require(display);
        return found;
    }

    /** Bytes that a full backup would read, at least. */
    static long estimatedBytes(PostgresSession session) {
        return session.one(BYTES, row -> row.getLong(1));
    }

    LogSegments segments() {
        return new LogSegments(systemIdentifier, segmentBytes, pageBytes);
    }

    private void require(DatabaseName display) {
        if (!mayReplicate) {
            throw BackupError.GRANT_MISSING
                    .problem(display, "replication slots (attribute REPLICATION)")
                    .asException();
        }
        if (walLevel.equals("minimal")) {
            throw BackupError.WAL_LEVEL_TOO_LOW.problem(display).asException();
        }
        if (standby) {
            throw BackupError.STANDBY_UNSUPPORTED.problem(display).asException();
        }
        if (!lostTablespaces.isEmpty()) {
            throw BackupError.TABLESPACE_LOST.problem(display, lostTablespaces).asException();
        }
    }
}
