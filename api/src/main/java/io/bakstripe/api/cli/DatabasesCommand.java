package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code bakstripe databases}: lists the databases of an instance. */
@Command(
        name = "databases",
        description = "List the databases of an instance; --json shows their connections too.",
        footer = {"", "Example:", "  bakstripe databases --instance sandbox"})
final class DatabasesCommand extends ClientCommand {
    @Override
    int run(ApiClient client) {
        List<JsonNode> databases = client.databases(instance(client));
        if (json()) {
            printJson(Map.of("databases", databases));
        } else {
            out().println(Tables.of(databases));
        }
        return OK;
    }
}
