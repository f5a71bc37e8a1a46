package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.TestHost;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** What users can see in all databases of a server, as far as it comes back with a backup: rows, large objects, tables and their indexes. */
final class ServerContents {
    /** Rows of unlogged tables do not come back, and sequences may go on a little further on; that they are there does. */
    private static final String TABLES = """
            SELECT format('%I.%I %s ', n.nspname, c.relname, c.relpersistence) || CASE WHEN c.relpersistence = 'p' AND c.relkind <> 'S' THEN
                     (xpath('/row/h/text()', query_to_xml(
                       format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), ''-'') AS h FROM %I.%I t',
                              n.nspname, c.relname), false, true, '')))[1]::text ELSE '' END
                   || coalesce((SELECT string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid) FROM pg_index WHERE indrelid = c.oid), '')
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'm', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            UNION ALL
            SELECT 'large objects ' || count(*) || ' ' || coalesce(md5(string_agg(md5(lo_get(oid)), '' ORDER BY oid)), '-') FROM pg_largeobject_metadata""";

    private ServerContents() {}

    /** A digest for each database, by its name. */
    static Map<String, String> of(ServerConnection server) throws SQLException {
        Map<String, String> digests = new TreeMap<>();
        for (String name : TestHost.column(server, "SELECT datname FROM pg_database WHERE datallowconn")) {
            digests.put(
                    name,
                    TestHost.column(TestHost.inside(server, name), TABLES).stream()
                            .sorted()
                            .toList()
                            .toString());
        }
        return digests;
    }
}
