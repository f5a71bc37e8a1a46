package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe cancel}: calls {@code rds_cancel_task}. */
@Command(
        name = "cancel",
        description = "Cancel a backup or restore task.",
        footer = {
            "",
            "Waiting, it exits with 0 only when the task ends in CANCELLED: a task that has passed its commit point",
            "goes on to its end.",
            "",
            "Examples:",
            "  bakstripe cancel 5",
            "  bakstripe cancel 5 --wait"
        })
final class CancelCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "TASK_ID", description = "The task to cancel.")
    private long task;

    @Option(
            names = "--wait",
            negatable = true,
            description =
                    "Wait for the end of the task. Default: print the task's row as soon as the request is recorded.")
    private boolean untilEnd;

    @Override
    int run(ApiClient client) {
        List<JsonNode> rows = client.procedure("rds_cancel_task", Map.of("task_id", task));
        List<JsonNode> shown = new TaskOutcome(this, client).print(rows, untilEnd);
        List<String> ended = untilEnd
                ? shown.stream().map(row -> row.path("lifecycle").asText()).toList()
                : List.of();
        boolean cancelled = ended.stream().allMatch(Lifecycle.CANCELLED.name()::equals);
        if (!cancelled) {
            err().println("error: task %d was not cancelled, it ended in %s".formatted(task, ended.get(0)));
            err().println("hint: its task_info says when the request came.");
        }
        return cancelled ? OK : FAILED;
    }
}
