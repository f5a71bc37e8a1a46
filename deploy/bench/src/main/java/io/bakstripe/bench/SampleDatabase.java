package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Fills a server with a database of a given size, the same bytes for the same seed. */
final class SampleDatabase {
    private static final int BUFFER = 256 << 10;
    private static final int FULL_PAGES = 100;

    private SampleDatabase() {}

    /**
     * Fills the server, lets it write everything to its files, and answers with the size of the database in bytes.
     *
     * @param bytes about what tables and indexes take together
     */
    static long fill(ServerConnection server, long bytes, long seed) throws SQLException, IOException {
        return fill(server, bytes, seed, FULL_PAGES);
    }

    /** As the other one, with pages of tables filled up to this percentage only. */
    static long fill(ServerConnection server, long bytes, long seed, int fillfactor) throws SQLException, IOException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            Random random = new Random(seed);
            SampleText text = new SampleText(random);
            for (SampleTable table : SampleTable.values()) {
                connection.setAutoCommit(false);
                // Vacuum would come and go while something is measured.
                statement.execute("CREATE TABLE " + table.tableName() + " (" + table.columns()
                        + ") WITH (autovacuum_enabled = off, fillfactor = " + fillfactor + ")");
                copy(connection, table, table.rows(bytes), text, random);
                connection.commit();
            }
            connection.setAutoCommit(true);
            statement.execute("CHECKPOINT");
            try (ResultSet size = statement.executeQuery("SELECT pg_database_size(current_database())")) {
                size.next();
                return size.getLong(1);
            }
        }
    }

    private static void copy(Connection connection, SampleTable table, long rows, SampleText text, Random random)
            throws SQLException {
        // Frozen at once, so that no page changes when it is first read.
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table.tableName() + " FROM STDIN (FREEZE)");
        StringBuilder lines = new StringBuilder(BUFFER + (BUFFER >> 2));
        for (long id = 1; id <= rows; id++) {
            table.append(lines, id, text, random);
            lines.append('\n');
            if (lines.length() >= BUFFER || id == rows) {
                byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
                lines.setLength(0);
            }
        }
        copy.endCopy();
    }

    /** Throws {@link IllegalStateException} unless both servers hold as many rows with the same sums of hashes; then gives the copy's disk space back. */
    static void compareAndDrop(ServerConnection source, ServerConnection copy) throws SQLException {
        try (Connection one = connect(source);
                Connection other = connect(copy);
                Statement drop = other.createStatement()) {
            for (SampleTable table : SampleTable.values()) {
                String there = digest(one, table);
                String here = digest(other, table);
                if (!there.equals(here)) {
                    throw new IllegalStateException(
                            table.tableName() + " was restored as " + here + " and not as " + there);
                }
                drop.execute("DROP TABLE " + table.tableName());
            }
            drop.execute("CHECKPOINT");
        }
    }

    private static String digest(Connection connection, SampleTable table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet sum = statement.executeQuery(
                        "SELECT count(*) || ' rows, hash ' || sum(hashtext(t::text)::bigint) FROM " + table.tableName()
                                + " AS t")) {
            sum.next();
            return sum.getString(1);
        }
    }

    static Connection connect(ServerConnection server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }
}
