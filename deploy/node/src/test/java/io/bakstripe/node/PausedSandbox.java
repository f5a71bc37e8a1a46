package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.node.pause.PauseFolder;
import io.bakstripe.node.pause.PausingJournal;
import io.bakstripe.node.sandbox.FreePort;
import io.bakstripe.node.sandbox.Sandbox;
import io.bakstripe.node.sandbox.SandboxProcess;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.host.HostSettings;
import io.bakstripe.worker.host.Installations;
import io.bakstripe.worker.host.ManagedServers;
import io.bakstripe.worker.host.RandomPasswords;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * A sandbox whose node is killed and started again at will: its journal has pause points, and object store and database live on beside it, so that a
 * kill hits the node and nothing else.
 */
final class PausedSandbox implements AutoCloseable {
    private static final int LOG_TAIL = 4000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "token-of-a-node-under-test";

    private final Home home = Home.find();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path data;
    private final SandboxProcess store;
    private final ServerConnection shop;
    private final PauseFolder pauses;
    private RunningNode node;
    private int port;

    private PausedSandbox(Path data, SandboxProcess store, ServerConnection shop) throws IOException {
        this.data = data;
        this.store = store;
        this.shop = shop;
        this.pauses = new PauseFolder(Files.createDirectories(data.resolve("pauses")));
        Files.writeString(data.resolve("node.conf"), configuration());
        this.node = launch();
    }

    /** Fills a database, starts a store, and a node between them. */
    static PausedSandbox start(Path data) throws IOException {
        SandboxProcess store = SandboxProcess.start(Home.find(), data);
        try {
            HostSettings settings = HostSettings.from(
                    ConfigFactory.defaultReferenceUnresolved().resolve().getConfig("bakstripe.worker"));
            ServerConnection shop = new ManagedServers(
                            new HostName("sandbox"),
                            data,
                            settings,
                            Installations.of(settings, data),
                            InstantSource.system(),
                            UUID::randomUUID,
                            new RandomPasswords(new SecureRandom()))
                    .provisionSample(DatabaseRef.of(Sandbox.INSTANCE, Sandbox.SHOP), Sandbox.SHOP);
            addNoise(shop);
            return new PausedSandbox(data, store, shop);
        } catch (IOException | RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    /** Bytes that do not compress, so that a stripe has several parts. */
    private static void addNoise(ServerConnection shop) throws IOException {
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE noise (n int, bytes bytea STORAGE EXTERNAL)");
            statement.execute("INSERT INTO noise SELECT n, string_agg(uuid_send(gen_random_uuid()), ''::bytea)"
                    + " FROM generate_series(1, 160) n, generate_series(1, 6250) GROUP BY n");
            // What is backed up again and again stays the same.
            statement.execute("VACUUM FREEZE");
            statement.execute("CHECKPOINT");
        } catch (SQLException failed) {
            throw new IOException("the sample database cannot be filled", failed);
        }
    }

    /** Everything that only waits is short, so that a node is soon back and soon done. */
    private String configuration() {
        SandboxProcess.Store reached = store.store();
        return """
                bakstripe {
                  node { host-name = "sandbox", port = 0 }
                  api.token = "%s"
                  instances.declared = [
                    { name = "sandbox", host = "sandbox", databases = [ { name = "shop", recovery-model = "full" } ] }
                  ]
                  coordinator {
                    tick = 200ms, register-again = 200ms, probe = 1s, retry-delay = 100ms, min-backoff = 100ms
                  }
                  worker {
                    host.stop-servers-on-shutdown = true
                    store {
                      endpoint = "%s", access-key = "%s", secret-key = "%s", region = "%s", path-style = true, sse = none
                    }
                  }
                }
                akka.cluster { leader-actions-interval = 50ms, gossip-interval = 100ms, sharding.retry-interval = 100ms }
                jdbc-journal { class = "%s", circuit-breaker.call-timeout = 10m }
                """.formatted(
                        TOKEN,
                        reached.endpoint(),
                        reached.accessKey(),
                        reached.secretKey(),
                        reached.region(),
                        PausingJournal.class.getName());
    }

    private RunningNode launch() throws IOException {
        port = FreePort.choose();
        List<String> command = new ArrayList<>(home.nodeCommand(
                "512m",
                List.of(
                        "server",
                        "--config",
                        data.resolve("node.conf").toString(),
                        "--data",
                        data.toString(),
                        "--http-port",
                        Integer.toString(port),
                        "--stop-with-stdin")));
        command.set(command.indexOf("-cp") + 1, command.get(command.indexOf("-cp") + 1) + ":" + classes());
        command.addAll(
                1, List.of("-XX:TieredStopAtLevel=1", "-D" + PauseFolder.PROPERTY + "=" + data.resolve("pauses")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("node.log").toFile()))
                .start();
        RunningNode started = RunningNode.of(process, data, description());
        try {
            await("a node that is ready")
                    .atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(50))
                    .failFast(() -> !process.isAlive())
                    .until(this::ready);
        } catch (ConditionTimeoutException | TerminalFailureException notReady) {
            started.kill();
            String log = started.log();
            throw new IllegalStateException(
                    "the node did not get ready; its log ends with\n"
                            + log.substring(Math.max(0, log.length() - LOG_TAIL)),
                    notReady);
        }
        return started;
    }

    private static Path classes() {
        return Path.of(URI.create(PausingJournal.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
    }

    private JsonNode description() {
        return JSON.valueToTree(Map.of(
                "http",
                "http://127.0.0.1:" + port,
                "token",
                TOKEN,
                "s3",
                store.store(),
                "databases",
                List.of(Map.of(
                        "host", shop.host(),
                        "port", shop.port(),
                        "user", shop.user(),
                        "password", shop.password(),
                        "dbname", shop.dbname(),
                        "jdbcUrl", shop.jdbcUrl()))));
    }

    private boolean ready() throws InterruptedException {
        try {
            return http.send(request("/health/ready").GET().build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + TOKEN);
    }

    RunningNode node() {
        return node;
    }

    PauseFolder pauses() {
        return pauses;
    }

    SandboxProcess.Store store() {
        return store.store();
    }

    ServerConnection shop() {
        return shop;
    }

    Path data() {
        return data;
    }

    /** {@code kill -9} of the node alone. */
    void kill() {
        node.kill();
    }

    /** Starts a node where one was killed. */
    void startAgain() throws IOException {
        assertThat(node.alive()).isFalse();
        node = launch();
    }

    /** Makes a call and does not wait; the answer fails when the node dies before it is given. */
    CompletableFuture<HttpResponse<String>> send(RepeatableCall call) {
        try {
            return http.sendAsync(
                    request("/procedures/" + call.procedure())
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", call.procedure() + "-" + call.name())
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(call.arguments())))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The task of an accepted call. */
    static long taskOf(HttpResponse<String> answer) {
        try {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body())
                    .required("rows")
                    .get(0)
                    .required("task_id")
                    .asLong();
        } catch (IOException malformed) {
            throw new IllegalStateException(answer.body(), malformed);
        }
    }

    /** Waits until the journal is at rest: nothing of what was asked is still to be recorded. */
    void awaitRest() {
        int[] before = {-1};
        await("a journal at rest")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    int now = pauses.writes().size();
                    boolean rests = now == before[0];
                    before[0] = now;
                    return rests;
                });
    }

    @Override
    public void close() throws IOException {
        try {
            pauses.clear();
            if (!node.alive()) {
                // The servers that it runs are stopped by a node's clean end only.
                startAgain();
            }
            node.close();
        } finally {
            store.close();
        }
    }
}
