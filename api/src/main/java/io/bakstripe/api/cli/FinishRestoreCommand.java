package io.bakstripe.api.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe finish-restore}: calls {@code rds_finish_restore}. */
@Command(
        name = "finish-restore",
        description = "Open a database that is RESTORING as it is: no further restore steps.",
        footer = {"", "Example:", "  bakstripe finish-restore shop_copy --wait"})
final class FinishRestoreCommand extends SubmitCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to open.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Override
    String procedure() {
        return "rds_finish_restore";
    }

    @Override
    Map<String, Object> arguments() {
        return Map.of("db_name", database);
    }
}
