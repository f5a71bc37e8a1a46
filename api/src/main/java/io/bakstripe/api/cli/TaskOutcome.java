package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Map;

/** Shows the rows of tasks that were made, or waits for their end and shows that. */
final class TaskOutcome {
    private static final List<String> COLUMNS = List.of(
            "task_id", "task_type", "database_name", "% complete", "duration (mins)", "lifecycle", "S3_object_arn");

    private final ClientCommand command;
    private final ApiClient client;

    TaskOutcome(ClientCommand command, ApiClient client) {
        this.command = command;
        this.client = client;
    }

    /** The table of task rows with the columns that fit a terminal. */
    static String table(List<JsonNode> rows) {
        return Tables.of(rows, COLUMNS);
    }

    /** Shows {@code rows} and answers with the exit code: after waiting 0 only when every task ended in SUCCESS. */
    int show(List<JsonNode> rows, boolean wait) {
        boolean success = print(rows, wait).stream()
                .allMatch(row -> row.path("lifecycle").asText().equals(Lifecycle.SUCCESS.name()));
        return !wait || success ? ClientCommand.OK : ClientCommand.FAILED;
    }

    /** Shows {@code rows}, or waits for the ends of their tasks and shows those; answers with what it showed. */
    List<JsonNode> print(List<JsonNode> rows, boolean wait) {
        List<JsonNode> shown = wait ? rows.stream().map(this::ended).toList() : rows;
        if (command.json()) {
            command.printJson(Map.of("rows", shown));
        } else {
            command.out().println(table(shown));
            shown.stream()
                    .filter(row -> wait && !row.path("task_info").asText().isBlank())
                    .forEach(row -> command.out().println(row.path("task_info").asText()));
        }
        return shown;
    }

    /** The row of rds_task_status, as the task ended. */
    private JsonNode ended(JsonNode row) {
        long id = row.path("task_id").asLong();
        ProgressView view = command.json()
                ? ProgressView.NONE
                : ProgressView.on(command.err(), command.surroundings().terminal());
        new TaskWatch(client, id, view).untilEnd();
        return client.procedure("rds_task_status", Map.of("task_id", id)).get(0);
    }
}
