package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code bakstripe snapshots}: lists the snapshots of an instance. */
@Command(
        name = "snapshots",
        description = "List the snapshots of an instance's databases, the newest first.",
        footer = {
            "",
            "A snapshot that is 'deleting' with a problem could not be deleted; it is tried",
            "again.",
            "",
            "Example:",
            "  bakstripe snapshots --instance sandbox"
        })
final class SnapshotsCommand extends ClientCommand {
    private static final List<String> COLUMNS =
            List.of("id", "database", "kind", "state", "requestedAt", "finishedAt", "bytes", "problem");

    @Override
    int run(ApiClient client) {
        List<JsonNode> snapshots = client.snapshots(instance(client));
        if (json()) {
            printJson(Map.of("snapshots", snapshots));
        } else {
            out().println(table(snapshots));
        }
        return OK;
    }

    static String table(List<JsonNode> snapshots) {
        return Tables.ofFilled(snapshots, COLUMNS);
    }
}
