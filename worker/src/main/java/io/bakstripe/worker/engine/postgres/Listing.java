package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.stripe.Extent;
import java.util.function.Consumer;

/** Lists a data directory in one statement, whatever its size, with bounded memory on our side. */
final class Listing {
    private static final int FETCH_ROWS = 2000;

    /**
     * Directories whose contents the server makes again are left out, they themselves are kept. A tablespace's directory may be shared by servers of several
     * versions: only the part of this server's own belongs to it. Links to tablespaces are followed by the server; their paths do not matter.
     */
    private static final String SQL = """
            WITH RECURSIVE v(own) AS (
              SELECT 'PG_' || current_setting('server_version_num')::int / 10000 || '_' || catalog_version_no
                FROM pg_control_system()),
            f(path, size, isdir) AS (
              SELECT d, s.size, s.isdir FROM pg_ls_dir('.', true, false) d, LATERAL pg_stat_file(d, true) s
              UNION ALL
              SELECT f.path || '/' || d, s.size, s.isdir
                FROM v, f, LATERAL pg_ls_dir(f.path, true, false) d, LATERAL pg_stat_file(f.path || '/' || d, true) s
               WHERE f.isdir
                 AND f.path NOT IN ('pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial',
                                    'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans')
                 AND d NOT LIKE 'pgsql\\_tmp%'
                 AND (f.path <> 'pg_tblspc' OR d ~ '^[1-9][0-9]*$')
                 AND (f.path !~ '^pg_tblspc/[0-9]+$' OR d = v.own)),
            unlogged(stem) AS (SELECT left(path, -5) FROM f
               WHERE path ~ '^(base|pg_tblspc/[0-9]+/[^/]+)/[0-9]+/[0-9]+_init$')
            SELECT path, size, isdir FROM f
             WHERE size IS NOT NULL
               AND NOT EXISTS (SELECT FROM unlogged u
                  WHERE u.stem = substring(f.path
                     FROM '^((?:base|pg_tblspc/[0-9]+/[^/]+)/[0-9]+/[0-9]+)(?:_fsm|_vm)?(?:\\.[0-9]+)?$'))""";

    private Listing() {}

    /** Names every file and directory that a backup's data consists of. */
    static void run(PostgresSession session, Consumer<Extent> consumer) {
        session.each(SQL, FETCH_ROWS, row -> {
            String path = row.getString(1);
            if (row.getBoolean(3)) {
                consumer.accept(Extent.directory(path));
            } else if (!FileRules.leavesOut(path)) {
                consumer.accept(Extent.file(path, 0, row.getLong(2)));
            }
        });
        consumer.accept(Extent.directory("pg_wal/archive_status"));
    }
}
