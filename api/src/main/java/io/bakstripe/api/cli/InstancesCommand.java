package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
            out().println(Tables.of(instances));
        }
        return OK;
    }
}
