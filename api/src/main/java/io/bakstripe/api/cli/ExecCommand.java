package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code bakstripe exec}: runs T-SQL text as the reference writes it. */
@Command(
        name = "exec",
        description = "Run an exec statement as the reference writes it, or a query of msdb.dbo.backupset.",
        footer = {
            "",
            "Examples:",
            "  bakstripe exec \"exec msdb.dbo.rds_task_status @db_name='shop';\"",
            "  bakstripe exec \"exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';\"",
            "  bakstripe exec \"select top 1 * from msdb.dbo.backupset where type = 'D'\""
        })
final class ExecCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "SQL", description = "The statement; several are separated by semicolons.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String sql;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Override
    int run(ApiClient client) {
        List<JsonNode> results = client.exec(sql);
        if (wait.untilEnd()) {
            return new TaskOutcome(this, client).show(tasks(results), true);
        }
        if (json()) {
            printJson(Map.of("results", results));
            return OK;
        }
        for (JsonNode result : results) {
            List<JsonNode> rows = new ArrayList<>();
            result.path("rows").forEach(rows::add);
            out().println(Tables.of(rows));
        }
        return OK;
    }

    private static List<JsonNode> tasks(List<JsonNode> results) {
        List<JsonNode> tasks = new ArrayList<>();
        results.forEach(result -> result.path("rows").forEach(row -> {
            if (row.has("task_id")) {
                tasks.add(row);
            }
        }));
        return tasks;
    }
}
