package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.api.http.ApiJson;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code bakstripe databases}: lists the databases of an instance. */
@Command(
        name = "databases",
        description = "List the databases of an instance; --json shows their connections too.",
        footer = {
            "",
            "'position' is the first LSN that a database that is RESTORING has not got: the",
            "next log must hold it.",
            "",
            "Example:",
            "  bakstripe databases --instance sandbox"
        })
final class DatabasesCommand extends ClientCommand {
    private static final List<String> COLUMNS = List.of(
            "name",
            "state",
            "recoveryModel",
            "lastFullBackup",
            "logBackedUpTo",
            "logBroken",
            "position",
            "lastCommit",
            "restoreAgain",
            "keptSince");

    @Override
    int run(ApiClient client) {
        List<JsonNode> databases = client.databases(instance(client));
        if (json()) {
            printJson(Map.of("databases", databases));
        } else {
            out().println(Tables.ofFilled(
                    databases.stream().map(DatabasesCommand::row).toList(), COLUMNS));
        }
        return OK;
    }

    private static JsonNode row(JsonNode database) {
        ObjectNode row = ApiJson.strict().createObjectNode();
        for (String name : List.of("name", "state", "recoveryModel")) {
            row.set(name, database.path(name));
        }
        JsonNode position = database.path("position");
        row.set("lastFullBackup", database.path("lastFullBackup").path("finishedAt"));
        row.set("logBackedUpTo", database.path("logBackups").path("covered"));
        row.set("position", position.path("redoLsn"));
        row.set("lastCommit", position.path("lastCommit"));
        row.set("restoreAgain", position.path("interrupted"));
        row.set("keptSince", database.path("kept").path("since"));
        row.set("logBroken", database.path("logBackups").path("broken"));
        return row;
    }
}
