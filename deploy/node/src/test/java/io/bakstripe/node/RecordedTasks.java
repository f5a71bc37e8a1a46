package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.coordinator.journal.JournalSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the embedded journal of a node that has ended says of its tasks.
 *
 * @param events of each task id, names in order
 * @param history ids in the table of ended tasks
 */
record RecordedTasks(Map<Long, List<String>> events, List<Long> history) {

    static RecordedTasks read(Path data) throws SQLException, IOException {
        Map<Long, List<String>> events = new HashMap<>();
        List<Long> history = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(JournalSettings.h2Url(data), "sa", "");
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT \"event_ser_manifest\", \"event_payload\" FROM"
                    + " \"event_journal\" WHERE \"persistence_id\" LIKE 'instance|%' OR \"persistence_id\" LIKE"
                    + " 'database|%' ORDER BY \"ordering\"")) {
                while (rows.next()) {
                    try (InputStream payload = rows.getBinaryStream(2)) {
                        long task = new ObjectMapper()
                                .readTree(payload)
                                .path("task")
                                .asLong();
                        events.computeIfAbsent(task, id -> new ArrayList<>()).add(rows.getString(1));
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT \"task_id\" FROM \"task_history\"")) {
                while (rows.next()) {
                    history.add(rows.getLong(1));
                }
            }
        }
        events.remove(0L);
        return new RecordedTasks(events, history);
    }

    /** Each registered task was created once and ended once and stands in the history once, or was voided and never created. */
    void requireOneEndEach() {
        assertThat(events).isNotEmpty();
        events.forEach((task, names) -> {
            long created = count(names, "task-created/1");
            assertThat(count(names, "task-registered/1"))
                    .as("task %s: %s", task, names)
                    .isEqualTo(1);
            assertThat(created + count(names, "registration-voided/1"))
                    .as("task %s: %s", task, names)
                    .isEqualTo(1);
            assertThat(count(names, "task-ended/1"))
                    .as("task %s: %s", task, names)
                    .isEqualTo(created);
            assertThat(count(names, "slot-released/1"))
                    .as("task %s: %s", task, names)
                    .isEqualTo(created);
            assertThat(history.stream().filter(task::equals).count())
                    .as("history of task %s", task)
                    .isEqualTo(created);
        });
    }

    private static long count(List<String> names, String name) {
        return names.stream().filter(name::equals).count();
    }
}
