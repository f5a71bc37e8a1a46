package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.instance.SnapshotState;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe snapshot delete}: deletes a snapshot. */
@Command(
        name = "delete",
        description = "Delete a snapshot: it cannot be restored any more, and its files go.",
        footer = {
            "",
            "Takes the role master, and bakstripe.worker.snapshots.delete = true on the server.",
            "May be repeated: what could not be deleted is tried again at once.",
            "",
            "Example:",
            "  bakstripe snapshot delete 0d9c2f2e-4a53-4b9b-9a44-5cf0a1f2f6c1 --wait"
        })
final class SnapshotDeleteCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The snapshot.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String id;

    @Option(
            names = "--wait",
            negatable = true,
            description = "Wait until its files are gone; exit 1 when they could not be deleted. Default: go as soon as"
                    + " it is recorded.")
    private boolean untilEnd;

    @Override
    int run(ApiClient client) {
        String instance = instance(client);
        JsonNode going = client.deleteSnapshot(instance, id);
        Optional<JsonNode> left = untilEnd && !gone(going)
                ? new SnapshotWatch(
                                client,
                                instance,
                                going.path("id").asText(),
                                json() ? Optional.empty() : Optional.of(err()))
                        .until(snapshot -> !snapshot.path("problem").isNull())
                : Optional.of(going);
        if (json()) {
            printJson(left.orElse(going));
        } else {
            boolean deleted = left.map(SnapshotDeleteCommand::gone).orElse(true);
            out().println((deleted ? "deleted " : "deleting ") + id);
        }
        Optional<String> problem = left.filter(snapshot -> untilEnd)
                .map(snapshot -> snapshot.path("problem"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText);
        problem.ifPresent(why -> {
            err().println("error: snapshot %s could not be deleted: %s".formatted(id, why));
            err().println("hint: it cannot be restored any more, and is tried again in the next round.");
        });
        return problem.isEmpty() ? OK : FAILED;
    }

    private static boolean gone(JsonNode snapshot) {
        return snapshot.path("state").asText().equals(SnapshotState.DELETED.word());
    }
}
