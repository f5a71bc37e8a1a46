package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe tasks}: lists tasks, or shows one with its stripes. */
@Command(
        name = "tasks",
        description = "List tasks, the newest first, or show one of them.",
        footer = {
            "",
            "Examples:",
            "  bakstripe tasks --db shop --lifecycle ERROR --limit 10",
            "  bakstripe tasks 5",
            "  bakstripe tasks 5 --wait"
        })
final class TasksCommand extends ClientCommand {
    private static final List<String> STRIPE_COLUMNS = List.of(
            "stripe", "file", "node", "state", "bytesDone", "bytesTotal", "bytesPerSecond", "attempts", "resumed");

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "Show this task and its stripes.")
    private @Nullable Long id;

    @Option(names = "--db", paramLabel = "NAME", description = "Only tasks of this database.")
    private @Nullable String database;

    @Option(names = "--lifecycle", paramLabel = "L", description = "Only tasks in this lifecycle, ERROR for example.")
    private @Nullable String lifecycle;

    @Option(names = "--limit", paramLabel = "N", description = "At most this many; default 100.")
    private @Nullable Integer limit;

    @Option(names = "--after", paramLabel = "ID", description = "Only older tasks than this one: the next page.")
    private @Nullable Long after;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Override
    int run(ApiClient client) {
        return id == null ? list(client) : one(client, id);
    }

    private int list(ApiClient client) {
        List<JsonNode> tasks = client.tasks(filter());
        if (wait.untilEnd()) {
            return new TaskOutcome(this, client).show(tasks, true);
        }
        if (json()) {
            printJson(Map.of("tasks", tasks));
        } else {
            out().println(TaskOutcome.table(tasks));
        }
        return OK;
    }

    private int one(ApiClient client, long task) {
        JsonNode document = client.task(task);
        if (wait.untilEnd()) {
            return new TaskOutcome(this, client).show(List.of(document), true);
        }
        if (json()) {
            printJson(document);
            return OK;
        }
        out().println(TaskOutcome.table(List.of(document)));
        List<JsonNode> stripes = new ArrayList<>();
        document.path("stripes").forEach(stripes::add);
        if (!stripes.isEmpty()) {
            out().println(Tables.of(stripes, STRIPE_COLUMNS));
        }
        if (!document.path("task_info").asText().isBlank()) {
            out().println(document.path("task_info").asText());
        }
        return OK;
    }

    private Map<String, String> filter() {
        Map<String, String> filter = new LinkedHashMap<>();
        if (database != null) {
            filter.put("db_name", database);
        }
        if (lifecycle != null) {
            filter.put("lifecycle", lifecycle);
        }
        if (limit != null) {
            filter.put("limit", limit.toString());
        }
        if (after != null) {
            filter.put("after", after.toString());
        }
        return filter;
    }
}
