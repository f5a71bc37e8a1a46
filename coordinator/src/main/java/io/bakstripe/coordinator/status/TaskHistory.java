package io.bakstripe.coordinator.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.task.TaskDetail;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** The table of ended tasks: one row each, written once, with the whole detail as JSON. */
final class TaskHistory {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
            .build();

    // Quoted, because H2 keeps the case of quoted names whatever its settings are.
    private static final String INSERT = """
            INSERT INTO "task_history" ("instance", "task_id", "database_folded", "lifecycle", "ended_at", "detail")
            SELECT CAST(? AS VARCHAR(63)), CAST(? AS BIGINT), CAST(? AS VARCHAR(2048)), CAST(? AS VARCHAR(32)),
                   CAST(? AS TIMESTAMP WITH TIME ZONE), CAST(? AS %s)
            WHERE NOT EXISTS (SELECT 1 FROM "task_history" WHERE "instance" = ? AND "task_id" = ?)
            """;

    private final DataSource source;
    private final Executor blocking;

    TaskHistory(DataSource source, Executor blocking) {
        this.source = source;
        this.blocking = blocking;
    }

    /** Adds the task's row unless it is there already. */
    static void insert(Connection connection, TaskEnded ended) throws SQLException {
        TaskDetail detail = ended.detail();
        String text = connection.getMetaData().getDatabaseProductName().equals("H2") ? "CLOB" : "TEXT";
        try (PreparedStatement statement = connection.prepareStatement(INSERT.formatted(text))) {
            statement.setString(1, detail.instance().value());
            statement.setLong(2, ended.task().value());
            statement.setString(3, detail.row().databaseName().folded());
            statement.setString(4, detail.row().lifecycle().name());
            statement.setObject(5, OffsetDateTime.ofInstant(ended.at(), ZoneOffset.UTC));
            statement.setString(6, JSON.writeValueAsString(detail));
            statement.setString(7, detail.instance().value());
            statement.setLong(8, ended.task().value());
            statement.executeUpdate();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write task " + ended.task(), impossible);
        }
    }

    /** Shows an ended task in another way; nothing happens where the history does not have it. */
    static void update(Connection connection, TaskDetail detail) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE \"task_history\" SET \"detail\" = ? WHERE \"instance\" = ? AND \"task_id\" = ?")) {
            statement.setString(1, JSON.writeValueAsString(detail));
            statement.setString(2, detail.instance().value());
            statement.setLong(3, detail.row().taskId().value());
            statement.executeUpdate();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write task " + detail.row().taskId(), impossible);
        }
    }

    /**
     * Tasks that ended at {@code oldest} or later and that the filter lets through, newest first.
     *
     * @param lowest none with a lower id
     */
    CompletionStage<List<TaskDetail>> find(
            InstanceName instance, TaskFilter filter, Optional<TaskId> lowest, Instant oldest) {
        return CompletableFuture.supplyAsync(() -> read(instance, filter, lowest, oldest), blocking);
    }

    private List<TaskDetail> read(InstanceName instance, TaskFilter filter, Optional<TaskId> lowest, Instant oldest) {
        StringBuilder sql = new StringBuilder("SELECT \"detail\" FROM \"task_history\" WHERE \"instance\" = ?");
        List<Object> values = new ArrayList<>(List.of(instance.value()));
        and(sql, values, "\"ended_at\" >= ?", OffsetDateTime.ofInstant(oldest, ZoneOffset.UTC));
        filter.task().ifPresent(task -> and(sql, values, "\"task_id\" = ?", task.value()));
        filter.after().ifPresent(task -> and(sql, values, "\"task_id\" < ?", task.value()));
        lowest.ifPresent(task -> and(sql, values, "\"task_id\" >= ?", task.value()));
        filter.database().ifPresent(name -> and(sql, values, "\"database_folded\" = ?", name.folded()));
        filter.lifecycle().ifPresent(lifecycle -> and(sql, values, "\"lifecycle\" = ?", lifecycle.name()));
        // Both columns as the index has them: H2 sorts every row of the instance otherwise.
        sql.append(" ORDER BY \"instance\" DESC, \"task_id\" DESC");
        filter.limit().ifPresent(limit -> {
            sql.append(" LIMIT ?");
            values.add(limit);
        });
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql.toString())) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            List<TaskDetail> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(JSON.readValue(rows.getString(1), TaskDetail.class));
                }
            }
            return found;
        } catch (SQLException | JsonProcessingException failed) {
            throw new IllegalStateException("cannot read the task history", failed);
        }
    }

    private static void and(StringBuilder sql, List<Object> values, String condition, Object value) {
        sql.append(" AND ").append(condition);
        values.add(value);
    }
}
