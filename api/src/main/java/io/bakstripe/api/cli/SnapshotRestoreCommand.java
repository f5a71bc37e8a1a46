package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe snapshot restore}: restores a snapshot to an instance. */
@Command(
        name = "restore",
        description = "Restore a snapshot as a database of a managed instance.",
        footer = {
            "",
            "Databases of the target that are partially restored are dropped first.",
            "--instance names the instance that the snapshot was taken of.",
            "",
            "Examples:",
            "  bakstripe snapshot restore 0b7f2f0e-7f3c-4d8e-9a57-0d9a6c1c2f10 --instance prod --to standby --wait",
            "  bakstripe snapshot restore 0b7f2f0e-7f3c-4d8e-9a57-0d9a6c1c2f10 --to prod --as shop_yesterday"
        })
final class SnapshotRestoreCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The snapshot.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String id;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "INSTANCE",
            description = "The instance to restore to; may be the snapshot's own.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String target;

    @Option(
            names = "--as",
            paramLabel = "DATABASE",
            description = "The name of the database there. Default: the one that the snapshot shows.")
    private @Nullable String database;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Override
    int run(ApiClient client) {
        List<JsonNode> rows = client.restoreSnapshot(instance(client), id, target, Optional.ofNullable(database));
        return new TaskOutcome(this, client.on(target)).show(rows, wait.untilEnd());
    }
}
