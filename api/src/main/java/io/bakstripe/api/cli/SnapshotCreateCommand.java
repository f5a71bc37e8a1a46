package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.instance.SnapshotState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe snapshot create}: takes a snapshot of a database. */
@Command(
        name = "create",
        description = "Take a snapshot of a database that is ONLINE.",
        footer = {
            "",
            "No backup of the database starts while it is taken, and the next differential",
            "needs a full backup first.",
            "",
            "Example:",
            "  bakstripe snapshot create shop --wait"
        })
final class SnapshotCreateCommand extends ClientCommand {
    private static final Set<String> UNDER_WAY = Set.of(SnapshotState.WAITING.word(), SnapshotState.RUNNING.word());

    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Option(
            names = "--wait",
            negatable = true,
            description = "Wait until it is available or has failed; exit 0 only when it is available. Default: go as"
                    + " soon as it is recorded.")
    private boolean untilEnd;

    @Override
    int run(ApiClient client) {
        String instance = instance(client);
        JsonNode taken = client.takeSnapshot(instance, database);
        String id = taken.path("id").asText();
        Optional<JsonNode> end = untilEnd
                ? new SnapshotWatch(client, instance, id, json() ? Optional.empty() : Optional.of(err()))
                        .until(snapshot ->
                                !UNDER_WAY.contains(snapshot.path("state").asText()))
                : Optional.of(taken);
        end.ifPresent(this::show);
        boolean well = end.filter(
                        snapshot -> !untilEnd || snapshot.path("state").asText().equals(SnapshotState.AVAILABLE.word()))
                .isPresent();
        if (!well) {
            String why = end.map(snapshot -> snapshot.path("problem").asText()).orElse("it was deleted");
            err().println("error: snapshot %s is not available: %s".formatted(id, why));
        }
        return well ? OK : FAILED;
    }

    private void show(JsonNode snapshot) {
        if (json()) {
            printJson(snapshot);
        } else {
            out().println(SnapshotsCommand.table(List.of(snapshot)));
        }
    }
}
