package io.bakstripe.worker.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** Object stores that reach a {@link RecordingServer}, and what tests ask them for. */
final class RecordedStore implements AutoCloseable {
    static final S3Arn FILE = new S3Arn("some-bucket", "folder/file name*.bak");
    static final Upload UPLOAD = new Upload(FILE, "u1");
    static final List<StoredPart> PARTS = List.of(new StoredPart(1, 5, "\"part\"", OptionalInt.of(1)));
    static final StoredObject OBJECT = new StoredObject(FILE, 1000, "\"whole\"", Map.of());
    static final int ATTEMPTS = 3;

    private final ActorTestKit kit = ActorTestKit.create();
    private final RecordingServer server = new RecordingServer();

    /** A client takes two seconds to close, so stores are shared by the tests that want the same settings. */
    private final Map<Map<String, Object>, S3ObjectStore> stores = new HashMap<>();

    RecordedStore() throws IOException {}

    RecordingServer server() {
        return server;
    }

    /** The store with these settings over the usual ones. */
    S3ObjectStore with(Map<String, Object> more) {
        return stores.computeIfAbsent(more, given -> S3ObjectStore.create(settings(given), kit.system()));
    }

    private StoreSettings settings(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "store.endpoint", server.endpoint(),
                "store.path-style", true,
                "store.region-kept", "0 s",
                "store.access-key", "AKIDTEST",
                "store.secret-key", "not-a-real-secret",
                "store.retry.repetitions", ATTEMPTS - 1,
                "store.retry.min-backoff", "1 ms",
                "store.retry.max-backoff", "5 ms"));
        all.putAll(more);
        return StoreSettings.from(ConfigFactory.parseMap(all)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    @Override
    public void close() {
        stores.values().parallelStream().forEach(S3ObjectStore::close);
        server.close();
        kit.shutdownTestKit();
    }

    static int crc32c(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Why the call failed, which it must have. */
    static Problem problem(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> await(stage));
        assertThat(failure).as("the call should have failed").isNotNull();
        return Problem.of(failure);
    }
}
