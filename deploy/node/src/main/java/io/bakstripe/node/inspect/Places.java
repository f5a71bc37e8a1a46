package io.bakstripe.node.inspect;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.node.config.ConfigFile;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.restore.RangeSource;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.s3.S3ObjectStore;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where inspected files are: on this host, or in the object store that the options name, which is opened when the first ARN comes. Not thread-safe. */
final class Places implements AutoCloseable {
    private static final String ARN = "arn:";
    private static final String LOCAL_BUCKET = "this-host";

    private final Optional<Path> config;
    private final Optional<Path> data;
    private final Optional<Path> sandbox;
    private int locals;
    private @Nullable S3 s3;

    /**
     * @param config the node's configuration
     * @param data a node's folder with a sandbox
     * @param sandbox its file, where no folder is given
     */
    Places(Optional<Path> config, Optional<Path> data, Optional<Path> sandbox) {
        this.config = config;
        this.data = data;
        this.sandbox = sandbox;
    }

    /**
     * A file that is there.
     *
     * @param name to show
     */
    record Found(String name, StoredObject object, RangeSource source) {
        /** A problem with the file's name in the place of the one that stands for it inside. */
        Problem shown(Problem problem) {
            String inside = object.file().toString();
            return new Problem(
                    problem.error(),
                    problem.detail().replace(inside, name),
                    problem.hint().replace(inside, name),
                    problem.parameter());
        }
    }

    private record S3(ActorSystem<Void> system, S3ObjectStore store, StoreSetFinder finder) {}

    /** The files that a name means, one or, for an ARN with an asterisk, several. */
    List<Found> find(String name) throws IOException {
        return name.startsWith(ARN) ? inStore(S3Arn.parse(name)) : List.of(onHost(name));
    }

    private Found onHost(String name) throws IOException {
        Path path = Path.of(name);
        if (!Files.isRegularFile(path)) {
            throw new IOException("there is no file " + name);
        }
        StoredObject object =
                new StoredObject(new S3Arn(LOCAL_BUCKET, "file-" + ++locals), Files.size(path), "", Map.of());
        return new Found(name, object, (same, offset, length) -> read(path, offset, length));
    }

    private static CompletionStage<ByteBuffer> read(Path path, long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(path)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new IOException(path + " became shorter while it was read");
                }
            }
            return CompletableFuture.completedFuture(bytes.flip());
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new UncheckedIOException(failed));
        }
    }

    private List<Found> inStore(S3Arn arn) throws IOException {
        S3 open = store();
        try {
            return open.finder().objects(arn).toCompletableFuture().join().stream()
                    .map(object -> new Found(object.file().toString(), object, open.store()::read))
                    .toList();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private S3 store() throws IOException {
        if (s3 == null) {
            s3 = open();
        }
        return s3;
    }

    private S3 open() throws IOException {
        Config worker = ConfigFile.load(config, sandboxSettings()).getConfig("bakstripe.worker");
        StoreSettings settings;
        try {
            settings = StoreSettings.from(worker);
        } catch (IllegalArgumentException outOfRange) {
            throw new ConfigException.Generic(String.valueOf(outOfRange.getMessage()), outOfRange);
        }
        // No cluster, no journal: the system only times the repetitions of requests.
        Config local = ConfigFactory.parseMap(Map.of(
                        "akka.actor.provider", "local",
                        "akka.coordinated-shutdown.exit-jvm", "off",
                        "akka.loglevel", "OFF",
                        "akka.stdout-loglevel", "OFF"))
                .withFallback(ConfigFactory.defaultReference());
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bakstripe-inspect", local);
        S3ObjectStore store = S3ObjectStore.create(settings, system);
        return new S3(system, store, new StoreSetFinder(store, RestoreSettings.from(worker)));
    }

    private Map<String, Object> sandboxSettings() throws IOException {
        Optional<Path> file = data.map(folder -> folder.resolve("sandbox.json"))
                .or(() -> config.isPresent() ? Optional.empty() : sandbox);
        if (file.isEmpty()) {
            return Map.of();
        }
        if (!Files.isRegularFile(file.get())) {
            throw new IOException("there is no sandbox that runs: " + file.get() + " is missing");
        }
        JsonNode store = new ObjectMapper().readTree(file.get().toFile()).required("s3");
        Map<String, Object> settings = new HashMap<>();
        settings.put(
                "bakstripe.worker.store.endpoint", store.required("endpoint").asText());
        settings.put("bakstripe.worker.store.path-style", true);
        settings.put("bakstripe.worker.store.region", store.required("region").asText());
        settings.put(
                "bakstripe.worker.store.access-key", store.required("accessKey").asText());
        settings.put(
                "bakstripe.worker.store.secret-key", store.required("secretKey").asText());
        return settings;
    }

    @Override
    public void close() {
        S3 open = s3;
        if (open != null) {
            open.store().close();
            open.system().terminate();
            open.system().getWhenTerminated().toCompletableFuture().join();
        }
    }
}
