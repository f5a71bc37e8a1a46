package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe swap-back}: serves the database that a restore has replaced. It is done when the call is answered. */
@Command(
        name = "swap-back",
        description = "Serve the database again that 'restore --replace' has replaced.",
        footer = {
            "",
            "The one that is served now is kept instead, so that a second call undoes the first.",
            "Clients keep their address, and lose their connections. A snapshot that is under way,",
            "the initial one after the restore for example, must have ended.",
            "",
            "Example:",
            "  bakstripe swap-back shop"
        })
final class SwapBackCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to swap.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Override
    int run(ApiClient client) {
        JsonNode swapped = client.swapBack(instance(client), database);
        if (json()) {
            printJson(swapped);
        } else {
            out().println("swapped " + swapped.path("name").asText() + "; the other one is kept since "
                    + swapped.path("kept").path("since").asText());
        }
        return OK;
    }
}
