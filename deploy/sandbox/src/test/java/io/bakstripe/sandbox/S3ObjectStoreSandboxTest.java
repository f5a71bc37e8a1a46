package io.bakstripe.sandbox;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStoreContractTest;
import io.bakstripe.worker.store.s3.S3ObjectStore;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
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
    void makeABucketOfItsOwn(TestInfo info) {
        bucket = "contract-" + ++buckets;
        witness.createBucket(request -> request.bucket(bucket)).join();
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
                        "store.retry.attempts",
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
