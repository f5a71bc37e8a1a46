package io.bakstripe.coordinator;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** Looks at the history's table past the code under test. */
record HistoryRows(Map<String, String> journal) {
    long count() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(journal.get("url"), journal.get("user"), journal.get("password"));
                ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM \"task_history\"")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
