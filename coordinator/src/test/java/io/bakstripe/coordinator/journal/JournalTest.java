package io.bakstripe.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    private JournalSettings settings() {
        return new JournalSettings(JournalSettings.Kind.H2, JournalSettings.h2Url(directory), "sa", "", 2);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(settings().url(), "sa", "");
    }

    @Test
    void createsAbsentTablesAndLeavesExistingOnesAlone() throws SQLException {
        Journal.prepare(settings());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO \"akka_projection_management\" VALUES ('task-history', 'db-0', FALSE, 1)");
            statement.execute("ALTER TABLE \"snapshot\" ADD COLUMN \"mine\" INT");
        }

        Journal.prepare(settings());

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(count(statement, "SELECT count(*) FROM \"akka_projection_management\""))
                    .isEqualTo(1);
            assertThat(count(statement, "SELECT count(\"mine\") FROM \"snapshot\""))
                    .isZero();
        }
    }

    @Test
    void goesOnWhereAnInterruptedStartLeftOff() throws SQLException {
        Journal.prepare(settings());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE \"task_history\"");
        }

        Journal.prepare(settings());

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(count(statement, "SELECT count(*) FROM \"task_history\""))
                    .isZero();
        }
    }

    @Test
    void writesBeforeItAcknowledges() {
        assertThat(settings().url()).contains("WRITE_DELAY=0").contains("DB_CLOSE_ON_EXIT=FALSE");
    }

    private static long count(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
