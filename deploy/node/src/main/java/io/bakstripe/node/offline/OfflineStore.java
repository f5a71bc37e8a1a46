package io.bakstripe.node.offline;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.node.config.ConfigFile;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.kms.KmsKeys;
import io.bakstripe.worker.key.kms.KmsSettings;
import io.bakstripe.worker.key.provider.CryptoProvider;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.S3Stores;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The object store and the key service of a configuration, used with this program's own rights: no cluster, no journal. Thread-safe. */
public final class OfflineStore implements Places.Services {
    /** The configuration declares no instance of that name, so that no option and no role are asked for. */
    static final StoreAccess OWN = new StoreAccess(new InstanceName("offline"), Optional.empty(), Optional.empty());

    /** What S3 takes in one request; larger objects are copied in parts. */
    private static final long LARGEST_COPY = 5L << 30;

    private final ActorSystem<Void> system;
    private final S3Stores stores;
    private final KmsKeys keys;
    private final RestoreSettings restore;
    private final ByteBudget budget;

    private OfflineStore(
            ActorSystem<Void> system, S3Stores stores, KmsKeys keys, RestoreSettings restore, ByteBudget budget) {
        this.system = system;
        this.stores = stores;
        this.keys = keys;
        this.restore = restore;
        this.budget = budget;
    }

    /**
     * Opens both; nothing is sent before the first call. {@link ConfigException} for settings that are wrong, {@link IOException} for a sandbox that does not run.
     *
     * @param config the node's configuration
     * @param data a node's folder with a sandbox
     * @param sandbox its file, where neither is given
     */
    public static OfflineStore open(Optional<Path> config, Optional<Path> data, Optional<Path> sandbox)
            throws IOException {
        Optional<Path> file = data.map(folder -> folder.resolve("sandbox.json"))
                .or(() -> config.isPresent() ? Optional.empty() : sandbox);
        Config worker = ConfigFile.load(config, file.isPresent() ? sandboxSettings(file.get()) : Map.of())
                .getConfig("bakstripe.worker");
        // No cluster, no journal: the system only times the repetitions of requests and has the threads that files are
        // written by.
        Config local = ConfigFactory.parseMap(Map.of(
                        "akka.actor.provider", "local",
                        "akka.coordinated-shutdown.exit-jvm", "off",
                        "akka.loglevel", "OFF",
                        "akka.stdout-loglevel", "OFF"))
                .withFallback(ConfigFactory.defaultReference());
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bakstripe-offline", local);
        try {
            // Before anything has asked for a cipher, the clients' TLS included.
            CryptoProvider.from(worker).install();
            S3Stores stores = S3Stores.create(
                    StoreSettings.from(worker),
                    StsSettings.from(worker),
                    name -> Optional.empty(),
                    system,
                    InstantSource.system());
            return new OfflineStore(
                    system,
                    stores,
                    KmsKeys.create(KmsSettings.from(worker), stores.rights(), system),
                    RestoreSettings.from(worker),
                    new ByteBudget(worker.getBytes("byte-budget")));
        } catch (RuntimeException wrong) {
            system.terminate();
            throw wrong instanceof IllegalArgumentException
                    ? new ConfigException.Generic(String.valueOf(wrong.getMessage()), wrong)
                    : wrong;
        }
    }

    private static Map<String, Object> sandboxSettings(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no sandbox that runs: " + file + " is missing");
        }
        JsonNode sandbox = new ObjectMapper().readTree(file.toFile());
        JsonNode store = sandbox.required("s3");
        Map<String, Object> settings = new HashMap<>();
        settings.put(
                "bakstripe.worker.store.endpoint", store.required("endpoint").asText());
        settings.put("bakstripe.worker.store.path-style", true);
        settings.put("bakstripe.worker.store.sse", "none");
        settings.put("bakstripe.worker.store.region", store.required("region").asText());
        settings.put(
                "bakstripe.worker.store.access-key", store.required("accessKey").asText());
        settings.put(
                "bakstripe.worker.store.secret-key", store.required("secretKey").asText());
        settings.put(
                "bakstripe.worker.kms.endpoint",
                sandbox.path("kms").path("endpoint").asText());
        settings.put("bakstripe.worker.kms.region", store.required("region").asText());
        return settings;
    }

    public ActorSystem<?> system() {
        return system;
    }

    @Override
    public ObjectStore store() {
        return stores.of(OWN);
    }

    /** What changes metadata of the objects. */
    public ObjectRewriter rewriter() {
        return stores.rewriter(OWN, LARGEST_COPY);
    }

    public KeyService keys() {
        return keys.of(OWN);
    }

    /** As {@link #files(ObjectReader, Optional)}, of the store. */
    public OpenedFiles files(Optional<KeyArn> key) {
        return files(store(), key);
    }

    @Override
    public OpenedFiles files(ObjectReader reader, Optional<KeyArn> key) {
        KeyChoice choice = key.isPresent() ? new KeyChoice.Named(key) : new KeyChoice.AsTheFileSays();
        return new OpenedFiles(reader, keys(), choice, blocking());
    }

    /** Where bytes are decrypted. */
    public Executor blocking() {
        return system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
    }

    @Override
    public RestoreSettings restore() {
        return restore;
    }

    public ByteBudget budget() {
        return budget;
    }

    @Override
    public void close() {
        keys.close();
        stores.close();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
