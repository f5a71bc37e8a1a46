package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for damage of a server that its rows need not show: every B-tree against its table, every table's tuples (from PostgreSQL 14), every visibility map
 * against its table, in all databases that can be connected to; and the checksum of every page on disk.
 */
public final class IntegrityCheck {
    private static final String SCHEMA = "bakstripe_integrity";
    private static final String TABLES = "pg_class c WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't'";

    private static final String INDEXES = """
            SELECT count(bt_index_check(index => c.oid::regclass, heapallindexed => true)::text)
              FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am a ON a.oid = c.relam
             WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relpersistence <> 't' AND i.indisvalid AND i.indisready""";

    private static final String TUPLES = "SELECT c.oid::regclass || ' block ' || v.blkno || ': ' || v.msg"
            + " FROM (SELECT c.oid FROM " + TABLES + ") c, verify_heapam(c.oid::regclass, check_toast => true) v";

    private static final String VISIBILITY = """
            SELECT c.oid::regclass || ' tuple ' || t || ' is not %1$s, its map says so'
              FROM (SELECT c.oid FROM %2$s) c, pg_check_%1$s(c.oid::regclass) t""";

    private static final int FIRST_WITH_HEAP_CHECK = 140_000;

    private IntegrityCheck() {}

    /** Fails unless a managed server is sound, running and on disk; it is stopped for a while and runs again at the end. */
    public static void passes(TestHost host, String name) throws SQLException, IOException {
        ServerConnection server = host.servers().connect(TestHost.ref(name));
        assertThat(online(server)).isEmpty();
        assertThat(TestHost.column(server, "SHOW data_checksums")).containsExactly("on");
        host.stop(name);
        try {
            assertThat(pages(host.pgdata(name))).isEmpty();
        } finally {
            host.servers().connect(TestHost.ref(name));
        }
    }

    /** What is wrong with a server that runs; nothing stays behind in it. Throws what a check of an index throws. */
    public static List<String> online(ServerConnection server) throws SQLException {
        List<String> wrong = new ArrayList<>();
        List<String> databases = TestHost.column(server, "SELECT datname FROM pg_database WHERE datallowconn");
        for (String database : databases) {
            String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database;
            try (Connection connection = DriverManager.getConnection(url, server.user(), server.password());
                    Statement statement = connection.createStatement()) {
                look(statement, wrong);
            }
        }
        return wrong;
    }

    /** Which pages below a data directory have a wrong checksum; its server must have page checksums and not run. */
    public static List<String> pages(Path pgdata) throws IOException {
        PageChecksums.Scan scan = PageChecksums.scan(pgdata);
        assertThat(scan.pages()).as("pages that were looked at").isGreaterThan(1000);
        return scan.wrong();
    }

    private static void look(Statement statement, List<String> wrong) throws SQLException {
        int version =
                Integer.parseInt(texts(statement, "SHOW server_version_num").get(0));
        statement.execute("CREATE SCHEMA " + SCHEMA);
        try {
            for (String extension : List.of("amcheck", "pg_visibility")) {
                statement.execute("CREATE EXTENSION IF NOT EXISTS " + extension + " SCHEMA " + SCHEMA);
            }
            statement.execute("SET search_path = pg_catalog, " + SCHEMA + ", public");
            assertThat(Integer.parseInt(texts(statement, INDEXES).get(0)))
                    .as("indexes that were looked at")
                    .isGreaterThan(50);
            if (version >= FIRST_WITH_HEAP_CHECK) {
                wrong.addAll(texts(statement, TUPLES));
            }
            wrong.addAll(texts(statement, VISIBILITY.formatted("visible", TABLES)));
            wrong.addAll(texts(statement, VISIBILITY.formatted("frozen", TABLES)));
        } finally {
            statement.execute("DROP SCHEMA " + SCHEMA + " CASCADE");
        }
    }

    private static List<String> texts(Statement statement, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
