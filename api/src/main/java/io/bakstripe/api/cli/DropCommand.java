package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.KeptDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe drop}: calls {@code rds_drop_database}. It is done when the call is answered: there is no task to wait for. */
@Command(
        name = "drop",
        description = "Remove a database that is RESTORING, or the one that 'restore --replace' has replaced.",
        footer = {
            "",
            "Of a database that is ONLINE only the kept one is removed, for good: nothing can be",
            "swapped back then. A database that is ONLINE is never dropped itself.",
            "",
            "Example:",
            "  bakstripe drop shop_copy"
        })
final class DropCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to remove.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Override
    int run(ApiClient client) {
        Optional<KeptDatabase> kept = json() ? Optional.empty() : kept(client);
        List<JsonNode> rows = client.procedure("rds_drop_database", Map.of("db_name", database));
        if (json()) {
            printJson(Map.of("rows", rows));
            return OK;
        }
        for (JsonNode row : rows) {
            String name = row.path("database_name").asText();
            out().println(kept.map(gone -> "dropped the database that was kept of " + name + " since " + gone.since()
                            + "; " + name + " itself stays ONLINE")
                    .orElse("dropped " + name));
        }
        return OK;
    }

    /** The one that this call removes where the database itself is ONLINE. It says less, not more, where the document cannot be had. */
    private Optional<KeptDatabase> kept(ApiClient client) {
        try {
            DatabaseInfo now = client.database(instance(client), database);
            return now.state() == DatabaseState.ONLINE ? now.kept() : Optional.empty();
        } catch (ApiRefusal unknown) {
            return Optional.empty();
        }
    }
}
