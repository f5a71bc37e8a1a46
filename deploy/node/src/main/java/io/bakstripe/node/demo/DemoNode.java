package io.bakstripe.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.node.Home;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The demo's node: a process of its own with everything embedded. */
final class DemoNode implements AutoCloseable {
    private static final int START_SECONDS = 90;
    private static final int STOP_SECONDS = 60;
    private static final long LOOK_MILLIS = 50;

    private final Process process;
    private final JsonNode sandbox;
    private final boolean keep;

    private DemoNode(Process process, JsonNode sandbox, boolean keep) {
        this.process = process;
        this.sandbox = sandbox;
        this.keep = keep;
    }

    /**
     * Starts a node and waits until it is ready; throws {@link IOException} with the end of its log when it is not.
     *
     * @param keep whether it goes on after {@link #close}
     */
    static DemoNode start(Home home, Path data, boolean keep) throws IOException {
        Path ready = data.resolve("sandbox.json");
        Files.deleteIfExists(ready);
        List<String> arguments =
                new ArrayList<>(List.of("server", "--sandbox", "--data", data.toString(), "--http-port", "0"));
        if (!keep) {
            arguments.add("--stop-with-stdin");
        }
        Path log = data.resolve("node.log");
        Process process = new ProcessBuilder(home.nodeCommand("512m", arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
            for (long looks = 0; !Files.exists(ready); looks++) {
                boolean ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (ended || looks * LOOK_MILLIS > START_SECONDS * 1_000L) {
                    process.destroyForcibly();
                    throw new IOException("the node did not start; the end of its log:\n" + end(log));
                }
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return new DemoNode(process, new ObjectMapper().readTree(ready.toFile()), keep);
    }

    String address() {
        return sandbox.required("http").asText();
    }

    String bucket() {
        return sandbox.required("s3").required("bucket").asText();
    }

    /** ARN of the key that files are encrypted with. */
    String key() {
        return sandbox.required("kms").required("keyArn").asText();
    }

    long pid() {
        return process.pid();
    }

    ApiClient client() {
        return new ApiClient(
                URI.create(address()), sandbox.required("token").asText(), Optional.empty(), UUID::randomUUID);
    }

    ServerConnection shop() throws IOException {
        return new ObjectMapper()
                .readerFor(ServerConnection.class)
                .without(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .readValue(sandbox.required("databases").get(0));
    }

    private static String end(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** Stops the node cleanly, forcibly after a minute; leaves it alone when it is to be kept. */
    @Override
    public void close() {
        if (keep) {
            return;
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException alreadyGone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
