package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.testing.ServedApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/** What one run of the command line printed, and its exit code. */
record CommandRun(int exit, String out, String err) {
    /** The idempotency key of every submission. */
    static final UUID KEY = UUID.fromString("00000000-0000-0000-0000-000000000001");

    /** The time at which every command runs. */
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    /** Runs against a server that the environment names. */
    static CommandRun against(ServedApi api, String... arguments) {
        return with(Map.of("BAKSTRIPE_URL", api.base().toString(), "BAKSTRIPE_TOKEN", ServedApi.TOKEN), arguments);
    }

    static CommandRun with(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = BakstripeCli.commandLine(
                        new Surroundings(environment, false, () -> KEY, InstantSource.fixed(NOW)),
                        new PrintWriter(out),
                        new PrintWriter(err))
                .execute(arguments);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out);
    }
}
