package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code bakstripe instances}: lists the registered instances. */
@Command(
        name = "instances",
        description = "List the registered instances.",
        footer = {"", "Example:", "  bakstripe instances --json"})
final class InstancesCommand extends ClientCommand {
    @Override
    int run(ApiClient client) {
        List<JsonNode> instances = client.instances();
        if (json()) {
            printJson(Map.of("instances", instances));
        } else {
            out().println(Tables.of(
                    instances.stream().map(InstancesCommand::flat).toList()));
        }
        return OK;
    }

    /** The windows and the option as fields of their own, because a table shows plain values only. */
    private static JsonNode flat(JsonNode instance) {
        ObjectNode row = instance.deepCopy();
        row.set("backupWindow", instance.at("/windows/backup"));
        row.set("maintenanceWindow", instance.at("/windows/maintenance"));
        JsonNode option = instance.at("/options/SQLSERVER_BACKUP_RESTORE");
        row.put(
                "backupRestore",
                option.isMissingNode() ? "none" : option.path("roleArn").asText("enabled"));
        return row;
    }
}
