package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.util.List;

/**
 * What a server says of itself, and whether a backup can be taken from it.
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
            SELECT f FROM unnest(string_to_array(?, ' ')) WITH ORDINALITY u(f, n)
             WHERE NOT has_function_privilege(f, 'EXECUTE') ORDER BY n""";

    /** As a missing right is named. */
    static final String REPLICATION = "replication slots (attribute REPLICATION)";

    private static final String FACTS = """
            SELECT current_setting('wal_level'), pg_is_in_recovery(),
                   (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
                   (SELECT coalesce(string_agg(t.oid::text, ', ' ORDER BY t.oid), '') FROM pg_tablespace t
                     WHERE t.spcname NOT IN ('pg_default', 'pg_global')
                       AND (pg_stat_file('pg_tblspc/' || t.oid || '/PG_'
                              || current_setting('server_version_num')::int / 10000 || '_' || c.catalog_version_no,
                            true)).isdir IS NOT TRUE),
                   c.system_identifier,
                   pg_size_bytes(current_setting('wal_segment_size'))::int,
                   current_setting('wal_block_size')::int, current_database()
              FROM pg_control_system() c""";

    private static final String LOG_BYTES =
            "SELECT greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), ?::pg_lsn))::int8";

    /** Databases that the role may not look into are left out: the estimate is a lower one. */
    private static final String BYTES = """
            SELECT coalesce(sum(pg_database_size(oid)), 0)::int8 FROM pg_database
             WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')""";

    /** Throws what stands in the way of a backup of this kind; otherwise tells what was found. */
    static SourceCheck pass(PostgresSession session, BackupBasis basis) {
        DatabaseName display = session.display();
        if (!session.version().supported()) {
            throw session.version().refusal(display).asException();
        }
        if (!session.direct()) {
            throw BackupError.POOLER_IN_BETWEEN.problem(display).asException();
        }
        List<String> missing = missingGrants(session, basis);
        if (!missing.isEmpty()) {
            throw BackupError.GRANT_MISSING
                    .problem(display, String.join(", ", missing))
                    .asException();
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

    /** The functions that this session's role may not call although such a backup needs them. */
    static List<String> missingGrants(PostgresSession session, BackupBasis basis) {
        return session.all(
                MISSING_GRANTS,
                row -> row.getString(1),
                String.join(" ", session.version().functions(basis.type(), basis.keepsLog())));
    }

    /** Bytes that a full backup would read, at least. */
    static long estimatedBytes(PostgresSession session) {
        return session.one(BYTES, row -> row.getLong(1));
    }

    /** Bytes that such a backup would read, at least; nothing is known of a differential. */
    static long estimatedBytes(PostgresSession session, BackupBasis basis) {
        return switch (basis.type()) {
            case FULL -> estimatedBytes(session);
            case DIFFERENTIAL -> 0;
            case LOG ->
                session.one(
                        LOG_BYTES,
                        row -> row.getLong(1),
                        basis.chain().orElseThrow().nextLsn().toString());
        };
    }

    LogSegments segments() {
        return new LogSegments(systemIdentifier, segmentBytes, pageBytes);
    }

    private void require(DatabaseName display) {
        if (!mayReplicate) {
            throw BackupError.GRANT_MISSING.problem(display, REPLICATION).asException();
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
