package io.bakstripe.coordinator;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/** Looks at the journal's tables past the code under test. */
record JournalRows(Map<String, String> journal) {
    Connection connect() throws SQLException {
        return DriverManager.getConnection(journal.get("url"), journal.get("user"), journal.get("password"));
    }

    long eventsOf(String entity) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT count(*) FROM \"event_journal\" WHERE \"persistence_id\" = ?")) {
            statement.setString(1, entity);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect()) {
            connection.createStatement().execute(sql);
        }
    }
}
