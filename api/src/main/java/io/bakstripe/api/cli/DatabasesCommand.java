package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** {@code bakstripe databases}: lists the databases of an instance. */
@Command(
        name = "databases",
        description = "List the databases of an instance; --json shows their connections too.",
        footer = {"", "Example:", "  bakstripe databases --instance sandbox"})
final class DatabasesCommand extends ClientCommand {
    @Override
    int run(ApiClient client) {
        List<JsonNode> databases = client.databases(connection().instance().orElseGet(() -> onlyInstance(client)));
        if (json()) {
            printJson(Map.of("databases", databases));
        } else {
            out().println(Tables.of(databases));
        }
        return OK;
    }

    private String onlyInstance(ApiClient client) {
        List<String> names = client.instances().stream()
                .map(instance -> instance.path("name").asText())
                .toList();
        if (names.size() != 1) {
            throw new ParameterException(
                    spec().commandLine(), "give --instance; there are: " + String.join(", ", names));
        }
        return names.get(0);
    }
}
