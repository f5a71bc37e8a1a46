package io.bakstripe.coordinator.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.coordinator.journal.JournalSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows go and which stay, by rows as the workers and coordinators of all releases write them. */
class RowTrimmingTest {
    private static final Instant LIMIT = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant OLD = LIMIT.minus(Duration.ofDays(1));
    private static final Instant YOUNG = LIMIT.plus(Duration.ofDays(1));
    private static final String STRIPE = "stripe|shop/1/1/1";
    private static final String RESTORE = "restore-worker|shop/1/1";
    private static final String DATABASE = "database|x/shop";

    @TempDir
    Path directory;

    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        JournalSettings settings =
                new JournalSettings(JournalSettings.Kind.H2, JournalSettings.h2Url(directory), "sa", "", 2);
        Journal.prepare(settings);
        connection = DriverManager.getConnection(settings.url(), "sa", "");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void leavesOfAClosedStripeHowItEnded() throws SQLException {
        events(
                STRIPE,
                OLD,
                "stripe-upload-intended/1",
                "stripe-part-stored/1",
                "stripe-published/1",
                "stripe-closed/1");
        snapshot(STRIPE, 2);

        assertThat(trim()).isEqualTo(new RowTrimming.Removed(0, 2));

        assertThat(left(STRIPE)).containsExactly("3 stripe-published/1", "4 stripe-closed/1");
        assertThat(snapshots(STRIPE)).isZero();
        assertThat(trim()).isEqualTo(new RowTrimming.Removed(0, 0));
    }

    @Test
    void leavesStripesAloneThatAreNotClosedOrYoung() throws SQLException {
        events("stripe|open", OLD, "stripe-upload-intended/1", "stripe-part-stored/1", "stripe-prepared/1");
        events("stripe|young", OLD, "stripe-upload-intended/1");
        event("stripe|young", 2, YOUNG, "stripe-aborted/1");
        event("stripe|young", 3, YOUNG, "stripe-closed/1");

        assertThat(trim().events()).isZero();
    }

    @Test
    void leavesTheSnapshotOfAStripeWhoseLastEventsAkkaHasDeleted() throws SQLException {
        events(STRIPE, OLD, "stripe-published/1", "stripe-closed/1");
        snapshot(STRIPE, 2);
        connection.createStatement().execute("UPDATE \"event_journal\" SET \"deleted\" = TRUE");

        assertThat(trim().events()).isZero();

        assertThat(snapshots(STRIPE)).isEqualTo(1);
        assertThat(left(STRIPE)).hasSize(2);
    }

    @Test
    void leavesOfARestoreThatEndedAllButItsParts() throws SQLException {
        events(
                RESTORE,
                OLD,
                "restore-set-found/1",
                "restore-part-applied/1",
                "restore-part-applied/1",
                "restore-files-applied/1",
                "restore-step-kept/1");
        events("restore-worker|runs", OLD, "restore-set-found/1", "restore-part-applied/1");

        assertThat(trim().events()).isEqualTo(2);

        assertThat(left(RESTORE))
                .containsExactly("1 restore-set-found/1", "4 restore-files-applied/1", "5 restore-step-kept/1");
        assertThat(left("restore-worker|runs")).hasSize(2);
    }

    @Test
    void removesOfACoordinatorWhatItsNewestSnapshotContains() throws SQLException {
        events(DATABASE, OLD, "task-created/1", "backup-started/1", "slot-returned/1", "task-created/1");
        snapshot(DATABASE, 1);
        snapshot(DATABASE, 3);

        assertThat(trim().events()).isEqualTo(3);

        assertThat(left(DATABASE)).containsExactly("4 task-created/1");
        assertThat(snapshots(DATABASE)).isEqualTo(2);
    }

    @Test
    void leavesTheLastEventThoughASnapshotContainsIt() throws SQLException {
        events(DATABASE, OLD, "task-created/1", "slot-returned/1");
        snapshot(DATABASE, 2);

        assertThat(trim().events()).isEqualTo(1);

        assertThat(left(DATABASE)).containsExactly("2 slot-returned/1");
    }

    @Test
    void leavesCoordinatorsAloneThatHaveNoSnapshotAndRowsOfOthers() throws SQLException {
        events(DATABASE, OLD, "task-created/1", "slot-returned/1");
        events("/sharding/instanceShard/1", OLD, "a", "b");

        assertThat(trim().events()).isZero();
    }

    @Test
    void leavesYoungEventsThoughASnapshotContainsThem() throws SQLException {
        events(DATABASE, OLD, "task-created/1");
        event(DATABASE, 2, YOUNG, "backup-started/1");
        event(DATABASE, 3, YOUNG, "slot-returned/1");
        snapshot(DATABASE, 3);

        assertThat(trim().events()).isEqualTo(1);

        assertThat(left(DATABASE)).hasSize(2);
    }

    @Test
    void leavesEndedTasksThatTheHistoryHasNotRead() throws SQLException {
        events(DATABASE, OLD, "task-ended/1", "slot-returned/1", "task-ended/1", "slot-returned/1", "task-created/1");
        snapshot(DATABASE, 5);
        execute("INSERT INTO \"event_tag\" SELECT \"ordering\", 'db-1' FROM \"event_journal\""
                + " WHERE \"event_ser_manifest\" = 'task-ended/1'");
        execute("INSERT INTO \"akka_projection_offset_store\" SELECT 'task-history', 'db-1',"
                + " CAST(MIN(\"ordering\") AS VARCHAR), 'SEQ', FALSE, 1 FROM \"event_journal\"");

        assertThat(trim().events()).isEqualTo(3);

        assertThat(left(DATABASE)).containsExactly("3 task-ended/1", "5 task-created/1");
    }

    @Test
    void goesOnBehindAPageOfRowsThatStay() throws SQLException {
        for (int entity = 0; entity < 1_100; entity++) {
            events("stripe|" + entity, OLD, "stripe-part-stored/1");
        }
        events(STRIPE, OLD, "stripe-part-stored/1", "stripe-aborted/1", "stripe-closed/1");

        assertThat(trim().events()).isEqualTo(1);
    }

    private RowTrimming.Removed trim() throws SQLException {
        return RowTrimming.run(connection, LIMIT);
    }

    private void events(String entity, Instant at, String... names) throws SQLException {
        for (int i = 0; i < names.length; i++) {
            event(entity, i + 1, at, names[i]);
        }
    }

    private void event(String entity, long number, Instant at, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO \"event_journal\" (\"persistence_id\","
                + " \"sequence_number\", \"writer\", \"write_timestamp\", \"adapter_manifest\", \"event_payload\","
                + " \"event_ser_id\", \"event_ser_manifest\") VALUES (?, ?, 'w', ?, '', ?, 1, ?)")) {
            insert.setString(1, entity);
            insert.setLong(2, number);
            insert.setLong(3, at.toEpochMilli());
            insert.setBytes(4, new byte[] {1});
            insert.setString(5, name);
            insert.executeUpdate();
        }
        commit();
    }

    private void snapshot(String entity, long number) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO \"snapshot\" (\"persistence_id\","
                + " \"sequence_number\", \"created\", \"snapshot_ser_id\", \"snapshot_ser_manifest\","
                + " \"snapshot_payload\") VALUES (?, ?, 1, 1, '', ?)")) {
            insert.setString(1, entity);
            insert.setLong(2, number);
            insert.setBytes(3, new byte[] {1});
            insert.executeUpdate();
        }
        commit();
    }

    private void execute(String sql) throws SQLException {
        connection.createStatement().execute(sql);
        commit();
    }

    private void commit() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
    }

    private List<String> left(String entity) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT \"sequence_number\", \"event_ser_manifest\" FROM \"event_journal\""
                        + " WHERE \"persistence_id\" = ? ORDER BY 1")) {
            select.setString(1, entity);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    rows.add(found.getLong(1) + " " + found.getString(2));
                }
            }
        }
        return rows;
    }

    private long snapshots(String entity) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT count(*) FROM \"snapshot\" WHERE \"persistence_id\" = ?")) {
            select.setString(1, entity);
            try (ResultSet found = select.executeQuery()) {
                found.next();
                return found.getLong(1);
            }
        }
    }
}
