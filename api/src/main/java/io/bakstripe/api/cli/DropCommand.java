package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe drop}: calls {@code rds_drop_database}. It is done when the call is answered: there is no task to wait for. */
@Command(
        name = "drop",
        description = "Remove a database that is RESTORING, or the one that 'restore --replace' has replaced.",
        footer = {"", "A database that is ONLINE is never dropped itself.", "", "Example:", "  bakstripe drop shop_copy"
        })
final class DropCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to remove.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Override
    int run(ApiClient client) {
        List<JsonNode> rows = client.procedure("rds_drop_database", Map.of("db_name", database));
        if (json()) {
            printJson(Map.of("rows", rows));
        } else {
            rows.forEach(
                    row -> out().println("dropped " + row.path("database_name").asText()));
        }
        return OK;
    }
}
