package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStoreContractTest;
import io.bakstripe.worker.store.s3.S3ObjectStore;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** The object store contract against a real S3 server. */
class S3ObjectStoreSandboxTest extends ObjectStoreContractTest {
    @TempDir
    private static Path directory;

    private static ActorTestKit kit;
    private static SandboxServer server;
    private static S3AsyncClient witness;
    private static S3ObjectStore store;
    private static int buckets;

    private String bucket = "";

    @BeforeAll
    static void start() {
        server = SandboxServer.start(directory, 0, new Random(1), Duration.ofSeconds(1));
        witness = StockClient.of(server);
        kit = ActorTestKit.create();
        store = S3ObjectStore.create(settings(server, Map.of()), kit.system());
    }

    @AfterAll
    static void stop() {
        store.close();
        kit.shutdownTestKit();
        witness.close();
        server.close();
    }

    @BeforeEach
    void makeABucketOfItsOwn() {
        bucket = "contract-" + ++buckets;
        witness.createBucket(request -> request.bucket(bucket)).join();
    }

    @Test
    void takesLargeObjectsInParallelParts() throws Exception {
        int parts = 13;
        List<byte[]> bodies = IntStream.range(0, parts)
                .mapToObj(i -> bytes(8 * 1024 * 1024, i))
                .toList();
        S3Arn file = file("large");
        ObjectStore.Upload upload = await(store.createUpload(file, Map.of()));
        List<CompletableFuture<ObjectStore.StoredPart>> sent = IntStream.range(0, parts)
                .mapToObj(i -> store.uploadPart(
                                upload, i + 1, List.of(ByteBuffer.wrap(bodies.get(i))), crc32c(bodies.get(i)))
                        .toCompletableFuture())
                .toList();
        List<ObjectStore.StoredPart> stored = new ArrayList<>();
        for (CompletableFuture<ObjectStore.StoredPart> one : sent) {
            stored.add(await(one));
        }
        assertThat(await(store.complete(upload, stored, false))).isEqualTo(ObjectStore.Completion.COMPLETED);

        ObjectStore.StoredObject object = await(store.head(file)).orElseThrow();
        assertThat(object.size()).isEqualTo(parts * 8L * 1024 * 1024);
        for (int i = 0; i < parts; i++) {
            assertThat(await(store.read(object, i * 8L * 1024 * 1024, 8 * 1024 * 1024)))
                    .isEqualTo(ByteBuffer.wrap(bodies.get(i)));
        }
        witness.deleteObject(request -> request.bucket(bucket).key("large")).join();
    }

    static StoreSettings settings(SandboxServer server, Map<String, Object> more) {
        return StoreSettings.from(ConfigFactory.parseMap(more)
                .withFallback(ConfigFactory.parseMap(Map.of(
                        "store.endpoint",
                        server.endpoint(),
                        "store.path-style",
                        true,
                        "store.access-key",
                        server.identity().accessKey(),
                        "store.secret-key",
                        server.identity().secretKey(),
                        "store.sse",
                        "none",
                        "store.retry.repetitions",
                        2)))
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected String bucket() {
        return bucket;
    }

    @Override
    protected String bucketRegion() {
        return "us-east-1";
    }

    @Override
    protected List<String> openUploads() {
        return witness.listMultipartUploads(request -> request.bucket(bucket)).join().uploads().stream()
                .map(MultipartUpload::uploadId)
                .toList();
    }
}
