package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** Changes pages of a sample database, spread at random over its tables. */
final class PageChanges {
    /** Leaves room in each page for a second version of a row, which is put there: so one update changes one page. */
    static final int FILLFACTOR = 90;

    private PageChanges() {}

    /** Updates one row in each of so many pages that they are this share of all pages of tables and indexes, and lets the server write them to its files. */
    static void make(ServerConnection server, double share, Random random) throws SQLException {
        try (Connection connection = SampleDatabase.connect(server);
                Statement statement = connection.createStatement()) {
            long ofTables = 0;
            long all = 0;
            for (SampleTable table : SampleTable.values()) {
                ofTables += pages(statement, "pg_relation_size", table);
                all += pages(statement, "pg_total_relation_size", table);
            }
            for (SampleTable table : SampleTable.values()) {
                long pages = pages(statement, "pg_relation_size", table);
                long wanted = Math.round(share * all * pages / ofTables);
                Object[] rows = random.longs(0, pages)
                        .distinct()
                        .limit(wanted)
                        .mapToObj(page -> "(" + page + ",1)")
                        .toArray();
                Array first = connection.createArrayOf("text", rows);
                try (PreparedStatement update = connection.prepareStatement("UPDATE " + table.tableName() + " SET "
                        + table.change() + " WHERE ctid = ANY (?::text[]::tid[])")) {
                    update.setArray(1, first);
                    update.executeUpdate();
                }
            }
            statement.execute("CHECKPOINT");
        }
    }

    private static long pages(Statement statement, String size, SampleTable table) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "SELECT " + size + "('" + table.tableName() + "') / current_setting('block_size')::int")) {
            row.next();
            return row.getLong(1);
        }
    }
}
