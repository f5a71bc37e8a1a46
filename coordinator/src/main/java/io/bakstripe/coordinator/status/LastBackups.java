package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskRow;
import io.bakstripe.protocol.task.TaskType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The table of the last successful backup of each type of each database. It outlives the history: a database whose backups have stopped is just the
 * one that somebody must hear of.
 */
final class LastBackups {
    // H2 and PostgreSQL have no statement in common that inserts or updates, so the one is tried before the other.
    private static final String UPDATE = """
            UPDATE "last_backup" SET "database_name" = ?, "ended_at" = GREATEST("ended_at", CAST(? AS TIMESTAMP WITH TIME ZONE))
            WHERE "instance" = ? AND "database_folded" = ? AND "task_type" = ?
            """;

    private static final String INSERT = """
            INSERT INTO "last_backup" ("database_name", "ended_at", "instance", "database_folded", "task_type")
            VALUES (?, ?, ?, ?, ?)
            """;

    private static final String READ = """
            SELECT "instance", "database_name", "task_type", "ended_at" FROM "last_backup"
            ORDER BY "instance", "database_folded", "task_type"
            """;

    private LastBackups() {}

    /** Takes note of a backup that succeeded; of everything else there is nothing to note. Doing it twice changes nothing. */
    static void note(Connection connection, TaskEnded ended) throws SQLException {
        TaskRow row = ended.detail().row();
        if (row.lifecycle() != Lifecycle.SUCCESS || !row.taskType().isBackup()) {
            return;
        }
        if (execute(connection, UPDATE, ended) == 0) {
            execute(connection, INSERT, ended);
        }
    }

    private static int execute(Connection connection, String sql, TaskEnded ended) throws SQLException {
        TaskRow row = ended.detail().row();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, row.databaseName().value());
            statement.setObject(2, OffsetDateTime.ofInstant(ended.at(), ZoneOffset.UTC));
            statement.setString(3, ended.detail().instance().value());
            statement.setString(4, row.databaseName().folded());
            statement.setString(5, row.taskType().name());
            return statement.executeUpdate();
        }
    }

    static List<TaskFigures.LastBackup> read(DataSource source) throws SQLException {
        List<TaskFigures.LastBackup> found = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(READ);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Instant at = rows.getObject(4, OffsetDateTime.class).toInstant();
                found.add(new TaskFigures.LastBackup(
                        rows.getString(1), rows.getString(2), TaskType.valueOf(rows.getString(3)), at));
            }
        }
        return found;
    }
}
