package io.bakstripe.node.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.bakstripe.node.Home;
import io.bakstripe.node.config.PrivateFile;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything around a node that {@code --sandbox} embeds, under one folder on loopback: an object store, a key service, an instance {@code sandbox} of managed
 * databases, and one filled database {@code shop}.
 */
public final class Sandbox implements AutoCloseable {
    public static final InstanceName INSTANCE = new InstanceName("sandbox");
    public static final DatabaseName SHOP = new DatabaseName("shop");
    public static final String SHOP_DBNAME = "shop";
    private static final HostName HOST = new HostName("sandbox");
    private static final String FILE = "sandbox.json";

    private final Path folder;
    private final SandboxState state;
    private final SandboxProcess process;

    private Sandbox(Path folder, SandboxState state, SandboxProcess process) {
        this.folder = folder;
        this.state = state;
        this.process = process;
    }

    /** Starts the object store; {@code sandbox.json} of an earlier run is gone from here on until {@link #announce}. */
    public static Sandbox start(Home home, Path folder, Optional<Integer> httpPort) throws IOException {
        Files.deleteIfExists(folder.resolve(FILE));
        SandboxState state = SandboxState.keep(folder, httpPort);
        return new Sandbox(folder, state, SandboxProcess.start(home, folder));
    }

    /** The settings that tie the node to this sandbox. Instances that the user's file declares stay beside {@code sandbox}. */
    public Map<String, Object> settings(Config given) {
        List<Object> instances = new ArrayList<>(
                given.hasPath("bakstripe.instances.declared")
                        ? given.getList("bakstripe.instances.declared")
                        : List.of());
        instances.add(ConfigValueFactory.fromMap(Map.of(
                "name", INSTANCE.value(),
                "host", HOST.value(),
                "databases", List.of(Map.of("name", SHOP.value(), "recovery-model", "full")))));
        SandboxProcess.Store store = process.store();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bakstripe.node.port", 0);
        settings.put("bakstripe.node.host-name", HOST.value());
        settings.put("bakstripe.api.port", state.httpPort());
        settings.put("bakstripe.api.token", state.token());
        settings.put("bakstripe.worker.store.endpoint", store.endpoint());
        settings.put("bakstripe.worker.store.path-style", true);
        settings.put("bakstripe.worker.store.region", store.region());
        settings.put("bakstripe.worker.store.access-key", store.accessKey());
        settings.put("bakstripe.worker.store.secret-key", store.secretKey());
        settings.put("bakstripe.worker.store.sse", "none");
        settings.put("bakstripe.worker.store.sts.endpoint", process.sts().endpoint());
        settings.put("bakstripe.worker.kms.endpoint", process.kms().endpoint());
        settings.put("bakstripe.worker.kms.region", store.region());
        settings.put("bakstripe.worker.host.stop-servers-on-shutdown", true);
        settings.put("bakstripe.instances.declared", ConfigValueFactory.fromIterable(instances));
        return settings;
    }

    public DatabaseRef shop() {
        return DatabaseRef.of(INSTANCE, SHOP);
    }

    /** Writes {@code sandbox.json}: the node is ready. */
    public void announce(String http, ServerConnection shop) throws IOException {
        SandboxProcess.Store store = process.store();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("http", http);
        json.put("token", state.token());
        json.put("s3", store);
        json.put("sts", process.sts());
        json.put("kms", process.kms());
        json.put("instance", INSTANCE.value());
        Map<String, Object> database = new LinkedHashMap<>();
        database.put("name", SHOP.value());
        database.put("jdbcUrl", shop.jdbcUrl());
        database.put("host", shop.host());
        database.put("port", shop.port());
        database.put("user", shop.user());
        database.put("password", shop.password());
        database.put("dbname", shop.dbname());
        json.put("databases", List.of(database));
        json.put("pid", ProcessHandle.current().pid());
        PrivateFile.replace(
                folder.resolve(FILE),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    /** Ends the object store and takes {@code sandbox.json} away; what is kept under the folder stays. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder.resolve(FILE));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            process.close();
        }
    }
}
