package io.bakstripe.node.demo;

import io.bakstripe.protocol.instance.ServerConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares two databases row for row, as text, in the order in which the rows lie in their tables: a copy of a server's files has them in the same
 * places.
 */
public final class RowComparison {
    private static final String TABLES =
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT LIKE 'demo\\_%' ORDER BY 1";

    private RowComparison() {}

    /** @param tables compared; rows over all of them */
    public record Result(int tables, long rows) {}

    /** Compares all tables but the demo's own, which move; throws {@link IllegalStateException} that names the first difference. */
    public static Result requireEqualTables(ServerConnection source, ServerConnection copy) throws SQLException {
        try (Connection left = ShopWriter.connect(source);
                Connection right = ShopWriter.connect(copy)) {
            List<String> tables = texts(left, TABLES);
            if (tables.isEmpty() || !tables.equals(texts(right, TABLES))) {
                throw new IllegalStateException("tables differ: " + tables + " and " + texts(right, TABLES));
            }
            long rows = 0;
            for (String table : tables) {
                String query = "SELECT t::text FROM " + table + " t";
                rows += requireEqual(table, left, query, right, query);
            }
            return new Result(tables.size(), rows);
        }
    }

    /** Compares two queries of one text column; answers with the number of rows. */
    static long requireEqual(String what, Connection left, String leftQuery, Connection right, String rightQuery)
            throws SQLException {
        left.setAutoCommit(false);
        right.setAutoCommit(false);
        try (Statement leftStatement = streaming(left);
                Statement rightStatement = streaming(right);
                ResultSet leftRows = leftStatement.executeQuery(leftQuery);
                ResultSet rightRows = rightStatement.executeQuery(rightQuery)) {
            for (long row = 1; ; row++) {
                boolean more = leftRows.next();
                if (more != rightRows.next()) {
                    throw new IllegalStateException(
                            what + ": the " + (more ? "copy" : "source") + " ends before row " + row);
                }
                if (!more) {
                    return row - 1;
                }
                if (!leftRows.getString(1).equals(rightRows.getString(1))) {
                    throw new IllegalStateException(what + ": row " + row + " differs: " + leftRows.getString(1)
                            + " in the source, " + rightRows.getString(1) + " in the copy");
                }
            }
        } finally {
            left.rollback();
            right.rollback();
        }
    }

    private static Statement streaming(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        // Otherwise a scan may begin where another one is, or be shared by several processes.
        statement.execute("SET LOCAL synchronize_seqscans = off");
        statement.execute("SET LOCAL max_parallel_workers_per_gather = 0");
        statement.setFetchSize(2_000);
        return statement;
    }

    private static List<String> texts(Connection connection, String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
