package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;

/** A command that makes one task and can wait for its end. */
abstract class SubmitCommand extends ClientCommand {
    @Mixin
    private WaitOptions wait = new WaitOptions();

    abstract String procedure();

    /** The procedure's arguments by name; those that were not given are left to the server's defaults. */
    abstract Map<String, Object> arguments();

    @Override
    final int run(ApiClient client) {
        List<JsonNode> rows = client.procedure(procedure(), arguments());
        return new TaskOutcome(this, client).show(rows, wait.untilEnd());
    }
}
