package io.bakstripe.node.chaos;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.node.Home;
import io.bakstripe.node.RunningNode;
import io.bakstripe.node.sandbox.FreePort;
import io.bakstripe.node.sandbox.SandboxProcess;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.worker.host.HostSettings;
import io.bakstripe.worker.host.Installations;
import io.bakstripe.worker.host.ManagedServers;
import io.bakstripe.worker.host.RandomPasswords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/**
 * A store that fails on demand, a filled database {@code shop} and a node on both, each a process of its own: the node can be killed and started again
 * while the store goes on.
 */
final class ChaosEnvironment implements AutoCloseable {
    private final Path folder;
    private final SandboxProcess process;
    private final boolean asRole;
    private final Map<String, Object> settings;
    private final SandboxProcess.Chaos chaos;
    private final ManagedServers servers;
    private final ServerConnection shop;
    private final StoreControl store;
    private final StoreWitness witness;
    private final KeyWitness keys;
    private final List<Submitted> submitted = new ArrayList<>();
    private RunningNode node;

    private ChaosEnvironment(Path folder, SandboxProcess process, boolean asRole, Map<String, Object> settings)
            throws IOException {
        this.folder = folder;
        this.process = process;
        this.asRole = asRole;
        this.settings = Map.copyOf(settings);
        this.chaos = process.chaos().orElseThrow();
        this.store = new StoreControl(chaos.control());
        this.witness = new StoreWitness(process.store(), chaos.calm());
        this.keys = new KeyWitness(process);
        this.servers = servers(folder);
        this.shop = servers.provisionSample(ref("shop"), new DatabaseName("shop"));
        try {
            this.node = launch();
        } catch (IOException | RuntimeException failed) {
            servers.stopAll();
            throw failed;
        }
    }

    /** Starts everything in an empty folder and waits until the node is ready. */
    static ChaosEnvironment start(Path folder) throws IOException {
        return start(folder, OptionalInt.empty(), sandbox -> Map.of());
    }

    /** Starts everything as {@link #start(Path)} does, with these settings of the node. */
    static ChaosEnvironment start(Path folder, Map<String, Object> settings) throws IOException {
        return start(folder, OptionalInt.empty(), sandbox -> settings);
    }

    /** Starts everything as {@link #start(Path)} does, with settings of the node that name what the sandbox has. */
    static ChaosEnvironment start(Path folder, Function<SandboxProcess, Map<String, Object>> settings)
            throws IOException {
        return start(folder, OptionalInt.empty(), settings);
    }

    /** Starts everything as {@link #start(Path)} does; the instance uses the store as a role whose keys last so many seconds. */
    static ChaosEnvironment startAsRole(Path folder, int keySeconds) throws IOException {
        return start(folder, OptionalInt.of(keySeconds), sandbox -> Map.of());
    }

    private static ChaosEnvironment start(
            Path folder, OptionalInt keySeconds, Function<SandboxProcess, Map<String, Object>> settings)
            throws IOException {
        SandboxProcess process = SandboxProcess.start(
                Home.find(), Files.createDirectories(folder.resolve("store")), OptionalInt.of(0), keySeconds);
        try {
            return new ChaosEnvironment(folder, process, keySeconds.isPresent(), settings.apply(process));
        } catch (IOException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private static ManagedServers servers(Path folder) {
        Config worker = ConfigFactory.defaultReference().getConfig("bakstripe.worker");
        HostSettings settings = HostSettings.from(worker);
        return new ManagedServers(
                new HostName(NodeOverrides.INSTANCE),
                folder,
                settings,
                Installations.of(settings, folder),
                InstantSource.system(),
                UUID::randomUUID,
                new RandomPasswords(new SecureRandom()));
    }

    private static DatabaseRef ref(String database) {
        return DatabaseRef.of(new InstanceName(NodeOverrides.INSTANCE), new DatabaseName(database));
    }

    private RunningNode launch() throws IOException {
        Path config = Files.writeString(folder.resolve("node.conf"), NodeOverrides.hocon(process, asRole, settings));
        int port = FreePort.choose();
        Process started = new ProcessBuilder(Home.find()
                        .nodeCommand(
                                "512m",
                                List.of(
                                        "server",
                                        "--config",
                                        config.toString(),
                                        "--data",
                                        folder.toString(),
                                        "--http-port",
                                        Integer.toString(port),
                                        "--stop-with-stdin")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("node.log").toFile()))
                .start();
        try {
            RunningNode ready = RunningNode.whenReady(started, folder, surroundings(port));
            // Ready says that calls are taken; on a busy machine the first one may still find no coordinator.
            await().atMost(Duration.ofMinutes(2))
                    .ignoreExceptionsMatching(IllegalStateException.class::isInstance)
                    .until(() -> ready.get("/instances/" + NodeOverrides.INSTANCE + "/databases/shop")
                            .body()
                            .has("connection"));
            return ready;
        } catch (RuntimeException late) {
            started.destroyForcibly();
            started.onExit().join();
            throw late;
        }
    }

    private ObjectNode surroundings(int port) {
        ObjectMapper json = new ObjectMapper();
        SandboxProcess.Store reached = process.store();
        ObjectNode said = json.createObjectNode();
        said.put("http", "http://127.0.0.1:" + port);
        said.put("token", NodeOverrides.TOKEN);
        said.set(
                "s3",
                json.valueToTree(Map.of(
                        "endpoint",
                        chaos.calm(),
                        "region",
                        reached.region(),
                        "accessKey",
                        reached.accessKey(),
                        "secretKey",
                        reached.secretKey())));
        return said;
    }

    RunningNode node() {
        return node;
    }

    StoreControl store() {
        return store;
    }

    StoreWitness witness() {
        return witness;
    }

    /** The key service beside the store. */
    KeyWitness keys() {
        return keys;
    }

    /** Where the node keeps what is its own. */
    Path folder() {
        return folder;
    }

    /** The database that is backed up. */
    ServerConnection shop() {
        return shop;
    }

    /** All tasks that were asked for and got an id, in order. */
    List<Submitted> submitted() {
        return List.copyOf(submitted);
    }

    /** Asks for a backup of {@code shop}; fails when the call is refused. */
    Submitted backup(String pattern, int files) {
        return noted(Submitted.backup(node, pattern, files, 0));
    }

    /** Asks for a backup of {@code shop} that replaces what is there; fails when the call is refused. */
    Submitted overwrite(String pattern, int files) {
        return noted(Submitted.backup(node, pattern, files, 1));
    }

    /** Asks for a restore; fails when the call is refused. */
    Submitted restore(String database, String pattern, int files) {
        return noted(Submitted.restore(node, database, pattern, files));
    }

    /** Notes a call that was made in another way and accepted. */
    Submitted accepted(RunningNode.Answer answer, String type, String database, String pattern, int files) {
        long id = answer.body().required("rows").get(0).required("task_id").asLong();
        return noted(new Submitted(id, type, database, pattern, files));
    }

    private Submitted noted(Submitted task) {
        submitted.add(task);
        return task;
    }

    /** Kills the node as {@code kill -9} does; the store and the databases go on. */
    void kill() {
        node.kill();
    }

    /** Starts the node again after {@link #kill}. */
    void restart() throws IOException {
        node = launch();
    }

    /** Stops a restored server that is no longer looked at, so that the next ones find memory. */
    void stopServer(String database) throws IOException {
        Path pidFile = folder.resolve("databases")
                .resolve(NodeOverrides.INSTANCE)
                .resolve(database)
                .resolve("pgdata/postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }

    /** Whether the host holds any file of a database of this name. */
    boolean hasFiles(String database) throws IOException {
        Path root = folder.resolve("databases").resolve(NodeOverrides.INSTANCE).resolve(database);
        if (!Files.isDirectory(root)) {
            return false;
        }
        try (var files = Files.list(root)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("pgdata"));
        }
    }

    @Override
    public void close() throws IOException {
        store.calm();
        witness.close();
        keys.close();
        try {
            if (node.alive()) {
                node.close();
            }
        } finally {
            servers.stopAll();
            process.close();
        }
    }
}
