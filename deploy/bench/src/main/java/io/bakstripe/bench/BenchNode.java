package io.bakstripe.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.node.Home;
import io.bakstripe.node.sandbox.Sandbox;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The node that is measured, with its sandbox: processes of their own, as {@code bakstripe server --sandbox} starts them. */
final class BenchNode implements AutoCloseable {
    private static final int START_SECONDS = 120;
    private static final int STOP_SECONDS = 60;
    private static final long LOOK_MILLIS = 50;
    private static final int LOG_LINES = 20;
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Process process;
    private final Path folder;
    private final JsonNode sandbox;

    private BenchNode(Process process, Path folder, JsonNode sandbox) {
        this.process = process;
        this.folder = folder;
        this.sandbox = sandbox;
    }

    /**
     * Starts a node and waits until it is ready; throws {@link IOException} when it ends before.
     *
     * @param heap its largest heap, for example {@code 512m}
     * @param config further settings; may be absent
     * @param environment further variables, which overrule settings
     */
    static BenchNode start(Path folder, String heap, Optional<Path> config, Map<String, String> environment)
            throws IOException {
        Path ready = folder.resolve("sandbox.json");
        Files.deleteIfExists(ready);
        List<String> arguments = new ArrayList<>(
                List.of("server", "--sandbox", "--data", folder.toString(), "--http-port", "0", "--stop-with-stdin"));
        config.ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
        Path log = folder.resolve("node.log");
        ProcessBuilder command = new ProcessBuilder(Home.find().nodeCommand(heap, arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        command.environment().putAll(environment);
        Process process = command.start();
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
        return new BenchNode(process, folder, JSON.readTree(ready.toFile()));
    }

    private static String end(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    long pid() {
        return process.pid();
    }

    /** The process of the object store, which is the only one of the node's children that is Java: the others are servers. */
    long storePid() {
        return process.children()
                .filter(child -> child.info()
                        .command()
                        .filter(program -> program.endsWith("/java"))
                        .isPresent())
                .map(ProcessHandle::pid)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the node has no object store"));
    }

    /** The first process of a managed server. */
    long serverPid(String database) throws IOException {
        return Long.parseLong(Files.readAllLines(pgdata(database).resolve("postmaster.pid"))
                .get(0)
                .trim());
    }

    /** The data directory of a managed server. */
    Path pgdata(String database) {
        return folder.resolve("databases")
                .resolve(Sandbox.INSTANCE.value())
                .resolve(database)
                .resolve("pgdata");
    }

    ApiClient client() {
        return client(Optional.empty());
    }

    /** A client whose calls go to this instance. */
    ApiClient client(String instance) {
        return client(Optional.of(instance));
    }

    /** A client whose calls go to this instance, with another token than the master's. */
    ApiClient client(String instance, String token) {
        return client(Optional.of(instance), token);
    }

    private ApiClient client(Optional<String> instance) {
        return client(instance, sandbox.required("token").asText());
    }

    private ApiClient client(Optional<String> instance, String token) {
        return new ApiClient(URI.create(sandbox.required("http").asText()), token, instance, UUID::randomUUID);
    }

    /** The key of the sandbox's key service that files are encrypted with. */
    String key() {
        return sandbox.required("kms").required("keyArn").asText();
    }

    /** Whose ciphers it uses, as its log says. */
    String ciphers() throws IOException {
        String said = "Ciphers: ";
        return Files.readAllLines(folder.resolve("node.log")).stream()
                .filter(line -> line.contains(said))
                .map(line -> line.substring(line.indexOf(said) + said.length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the node's log does not say whose ciphers it uses"));
    }

    String bucket() {
        return sandbox.required("s3").required("bucket").asText();
    }

    ServerConnection source() throws IOException {
        return JSON.readerFor(ServerConnection.class)
                .readValue(sandbox.required("databases").get(0));
    }

    ServerConnection database(String name) {
        return client().database(Sandbox.INSTANCE.value(), name)
                .connection()
                .orElseThrow(() -> new IllegalStateException(name + " shows no connection"));
    }

    /** Stops the node cleanly, forcibly after a minute. */
    @Override
    public void close() {
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
