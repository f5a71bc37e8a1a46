package io.bakstripe.coordinator.retention;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Removes rows that are older than the history's limit, in H2 and PostgreSQL alike.
 *
 * <h2>What goes</h2>
 *
 * <ul>
 *   <li>tasks of the history that ended before the limit;
 *   <li>of a coordinator, the events that its newest snapshot contains: its state, with base, recovery fork and position in the chain, stays;
 *   <li>of a stripe's worker that is closed, everything before the event that says how it ended, its snapshots included;
 *   <li>of a restore's worker that has reached its end, the events of single parts.
 * </ul>
 *
 * <h2>What stays</h2>
 *
 * The last event of every entity, because Akka takes its number for the entity's; whatever is younger than the limit; and ended tasks that the
 * history's projection has not read. So a history that is made again from the journal lacks nothing that would be shown.
 *
 * <p>Each entity is trimmed in a transaction of its own: after a failure some are and others are not, and the next run goes on.
 */
final class RowTrimming {
    private static final int PAGE = 1_000;

    private static final String OLD_ROWS = """
            SELECT "ordering", "persistence_id", "write_timestamp" FROM "event_journal"
            WHERE "ordering" > ? ORDER BY "ordering" LIMIT\s""" + PAGE;

    private static final String LAST_ROWS = """
            SELECT "sequence_number", "event_ser_manifest", "write_timestamp", "deleted" FROM "event_journal"
            WHERE "persistence_id" = ? ORDER BY "sequence_number" DESC LIMIT 2""";

    private static final String NEWEST_SNAPSHOT =
            "SELECT MAX(\"sequence_number\") FROM \"snapshot\" WHERE \"persistence_id\" = ?";

    /** The history's projection keeps, per tag, the number of the last row that it has read. */
    private static final String COVERED_ROWS = """
            DELETE FROM "event_journal" WHERE "persistence_id" = ? AND "sequence_number" <= ? AND "sequence_number" < ?
            AND "write_timestamp" < ? AND NOT EXISTS (
              SELECT 1 FROM "event_tag" t LEFT JOIN "akka_projection_offset_store" o
                ON o."projection_name" = 'task-history' AND o."projection_key" = t."tag"
              WHERE t."event_id" = "event_journal"."ordering"
                AND (o."current_offset" IS NULL OR CAST(o."current_offset" AS BIGINT) < t."event_id"))""";

    private static final String ROWS_BEFORE =
            "DELETE FROM \"event_journal\" WHERE \"persistence_id\" = ? AND \"sequence_number\" < ?";
    private static final String SNAPSHOTS_BEFORE =
            "DELETE FROM \"snapshot\" WHERE \"persistence_id\" = ? AND \"sequence_number\" < ?";
    private static final String ROWS_NAMED =
            "DELETE FROM \"event_journal\" WHERE \"persistence_id\" = ? AND \"event_ser_manifest\" = ?"
                    + " AND \"sequence_number\" < ?";
    private static final String ENDED_TASKS = "DELETE FROM \"task_history\" WHERE \"ended_at\" < ?";

    private static final String STRIPE_CLOSED = "stripe-closed/1";
    private static final Set<String> STRIPE_ENDS = Set.of("stripe-published/1", "stripe-aborted/1");
    private static final String RESTORE_PART = "restore-part-applied/1";
    private static final Set<String> RESTORE_ENDS = Set.of(
            "restore-step-kept/1", "restore-server-stands/1", "restore-server-opened/1", "restore-attempt-discarded/1");

    /**
     * What a run has removed.
     *
     * @param tasks of the history
     * @param events of the journal
     */
    record Removed(long tasks, long events) {}

    private record LastRow(long number, String manifest, long written, boolean deleted) {}

    private final Connection connection;
    private final long oldest;
    private long events;

    private RowTrimming(Connection connection, long oldest) {
        this.connection = connection;
        this.oldest = oldest;
    }

    /** Removes what is older than {@code oldest}. The connection's mode of committing is changed. */
    static Removed run(Connection connection, Instant oldest) throws SQLException {
        connection.setAutoCommit(true);
        long tasks = tasksEndedBefore(connection, oldest);
        connection.setAutoCommit(false);
        RowTrimming run = new RowTrimming(connection, oldest.toEpochMilli());
        run.journal();
        return new Removed(tasks, run.events);
    }

    private static long tasksEndedBefore(Connection connection, Instant oldest) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENDED_TASKS)) {
            statement.setObject(1, OffsetDateTime.ofInstant(oldest, ZoneOffset.UTC));
            return statement.executeUpdate();
        }
    }

    private void journal() throws SQLException {
        Set<String> seen = new HashSet<>();
        Optional<Long> from = Optional.of(0L);
        while (from.isPresent()) {
            List<String> ids = new ArrayList<>();
            from = page(from.get(), ids);
            for (String id : ids) {
                if (seen.add(id)) {
                    entity(id);
                }
            }
        }
    }

    /** Adds the entities of the next old rows; gives where to go on, or nothing when the rows that follow are young. */
    private Optional<Long> page(long after, List<String> ids) throws SQLException {
        long last = after;
        int rows = 0;
        boolean young = false;
        try (PreparedStatement statement = connection.prepareStatement(OLD_ROWS)) {
            statement.setLong(1, after);
            try (ResultSet found = statement.executeQuery()) {
                while (!young && found.next()) {
                    rows++;
                    last = found.getLong(1);
                    // Rows are numbered as they are written: what follows a young one is young, but for clocks that
                    // differ.
                    young = found.getLong(3) >= oldest;
                    if (!young) {
                        ids.add(found.getString(2));
                    }
                }
            }
        }
        connection.commit();
        return young || rows < PAGE ? Optional.empty() : Optional.of(last);
    }

    private void entity(String id) throws SQLException {
        try {
            if (id.startsWith("database|") || id.startsWith("instance|")) {
                coordinator(id);
            } else if (id.startsWith("stripe|")) {
                stripe(id);
            } else if (id.startsWith("restore-worker|")) {
                restore(id);
            }
            connection.commit();
        } catch (SQLException failed) {
            connection.rollback();
            throw failed;
        }
    }

    private void coordinator(String id) throws SQLException {
        Optional<Long> snapshot = newestSnapshot(id);
        List<LastRow> last = lastRows(id);
        if (snapshot.isPresent() && !last.isEmpty()) {
            events += update(COVERED_ROWS, id, snapshot.get(), last.get(0).number(), oldest);
        }
    }

    private void stripe(String id) throws SQLException {
        List<LastRow> last = lastRows(id);
        if (last.size() < 2) {
            return;
        }
        LastRow closed = last.get(0);
        LastRow end = last.get(1);
        boolean whole = closed.manifest().equals(STRIPE_CLOSED)
                && STRIPE_ENDS.contains(end.manifest())
                && !closed.deleted()
                && !end.deleted();
        if (whole && closed.written() < oldest) {
            events += update(ROWS_BEFORE, id, end.number());
            update(SNAPSHOTS_BEFORE, id, end.number());
        }
    }

    private void restore(String id) throws SQLException {
        List<LastRow> last = lastRows(id);
        boolean ended = !last.isEmpty()
                && RESTORE_ENDS.contains(last.get(0).manifest())
                && last.get(0).written() < oldest;
        if (ended) {
            events += update(ROWS_NAMED, id, RESTORE_PART, last.get(0).number());
        }
    }

    private Optional<Long> newestSnapshot(String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEWEST_SNAPSHOT)) {
            statement.setString(1, id);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                long number = found.getLong(1);
                return found.wasNull() ? Optional.empty() : Optional.of(number);
            }
        }
    }

    private List<LastRow> lastRows(String id) throws SQLException {
        List<LastRow> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(LAST_ROWS)) {
            statement.setString(1, id);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.add(new LastRow(found.getLong(1), found.getString(2), found.getLong(3), found.getBoolean(4)));
                }
            }
        }
        return rows;
    }

    private long update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }
}
