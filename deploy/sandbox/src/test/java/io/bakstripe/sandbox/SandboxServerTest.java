package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class SandboxServerTest {
    private static final String BUCKET = SandboxServer.BUCKET;

    @TempDir
    private Path directory;

    private SandboxServer start() {
        return SandboxServer.start(directory, 0, new Random(7), Duration.ofSeconds(5));
    }

    @Test
    void hasABucketThatAStockClientCanUse() {
        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            put(client, "folder/hello.bak", "hello", Map.of("greeting", "yes"));

            assertThat(client.listObjectsV2(request -> request.bucket(BUCKET))
                            .join()
                            .contents())
                    .extracting(S3Object::key)
                    .containsExactly("folder/hello.bak");
            assertThat(get(client, "folder/hello.bak")).isEqualTo("hello");
            assertThat(server.toJson())
                    .contains("\"endpoint\":\"" + server.endpoint() + "\"", "\"bucket\":\"bakstripe-sandbox\"")
                    .contains(server.identity().secretKey());
        }
    }

    @Test
    void keepsKeysPortObjectsAndMetadataOverARestart() {
        SandboxIdentity before;
        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            before = server.identity();
            put(client, "kept", "content", Map.of("bakstripe-set-id", "set-7"));
        }

        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            assertThat(server.identity()).isEqualTo(before);
            assertThat(get(client, "kept")).isEqualTo("content");
            assertThat(client.headObject(request -> request.bucket(BUCKET).key("kept"))
                            .join()
                            .metadata())
                    .containsEntry("bakstripe-set-id", "set-7");
        }
    }

    @Test
    void keepsUnfinishedUploadsOverARestart() {
        String upload;
        CompletedPart part;
        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            upload = create(client, "unfinished");
            part = part(client, "unfinished", upload);
        }

        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            assertThat(client.listMultipartUploads(request -> request.bucket(BUCKET))
                            .join()
                            .uploads())
                    .extracting(MultipartUpload::uploadId)
                    .containsExactly(upload);
            complete(client, "unfinished", upload, part);
            assertThat(get(client, "unfinished")).isEqualTo("part");
            assertThat(client.headObject(request -> request.bucket(BUCKET).key("unfinished"))
                            .join()
                            .metadata())
                    .containsEntry("made-by", "test");
        }
    }

    @Test
    void enforcesThatACompletionFindsNoObject() {
        try (SandboxServer server = start();
                S3AsyncClient client = StockClient.of(server)) {
            String first = create(client, "raced");
            String second = create(client, "raced");
            CompletedPart firstPart = part(client, "raced", first);
            CompletedPart secondPart = part(client, "raced", second);
            complete(client, "raced", first, firstPart);

            assertThatThrownBy(() -> complete(client, "raced", second, secondPart))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            refusal -> assertThat(refusal.statusCode()).isEqualTo(412));
        }
    }

    @Test
    void refusesWrongKeys() {
        try (SandboxServer server = start();
                SandboxKeys wrong = new SandboxKeys(server)) {
            assertThatThrownBy(() -> wrong.client()
                            .listObjectsV2(request -> request.bucket(BUCKET))
                            .join())
                    .cause()
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            refusal -> assertThat(refusal.statusCode()).isEqualTo(403));
        }
    }

    @Test
    void keepsItsKeysToItsOwner() throws Exception {
        try (SandboxServer server = start()) {
            Path file = directory.resolve("sandbox-s3.properties");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file)).contains(server.identity().secretKey());
            assertThat(server.identity().toString())
                    .doesNotContain(server.identity().secretKey());
        }
    }

    @Test
    void makesOtherKeysInAnotherDirectory(@TempDir Path other) {
        try (SandboxServer server = start();
                SandboxServer second = SandboxServer.start(other, 0, new Random(8), Duration.ofSeconds(5))) {
            assertThat(second.identity().secretKey())
                    .isNotEqualTo(server.identity().secretKey());
            assertThat(second.identity().port()).isNotEqualTo(server.identity().port());
        }
    }

    @Test
    void refusesADirectoryThatIsInUseAndAPortThatIsTaken(@TempDir Path other) {
        try (SandboxServer server = start()) {
            assertThatThrownBy(() -> SandboxServer.start(directory, 0, new Random(1), Duration.ofMillis(100)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another sandbox runs on " + directory);
            int taken = server.identity().port();
            assertThatThrownBy(() -> SandboxServer.start(other, taken, new Random(1), Duration.ofSeconds(5)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("port " + taken);
        }
    }

    private static void put(S3AsyncClient client, String key, String content, Map<String, String> metadata) {
        client.putObject(
                        request -> request.bucket(BUCKET).key(key).metadata(metadata),
                        AsyncRequestBody.fromString(content))
                .join();
    }

    private static String get(S3AsyncClient client, String key) {
        return client.getObject(request -> request.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asUtf8String();
    }

    private static String create(S3AsyncClient client, String key) {
        return client.createMultipartUpload(
                        request -> request.bucket(BUCKET).key(key).metadata(Map.of("made-by", "test")))
                .join()
                .uploadId();
    }

    private static CompletedPart part(S3AsyncClient client, String key, String upload) {
        var stored = client.uploadPart(
                        request ->
                                request.bucket(BUCKET).key(key).uploadId(upload).partNumber(1),
                        AsyncRequestBody.fromString("part"))
                .join();
        return CompletedPart.builder().partNumber(1).eTag(stored.eTag()).build();
    }

    private static void complete(S3AsyncClient client, String key, String upload, CompletedPart part) {
        client.completeMultipartUpload(request -> request.bucket(BUCKET)
                        .key(key)
                        .uploadId(upload)
                        .ifNoneMatch("*")
                        .multipartUpload(all -> all.parts(part)))
                .join();
    }

    /** A client that signs with a secret key of its own. */
    private record SandboxKeys(S3AsyncClient client) implements AutoCloseable {
        SandboxKeys(SandboxServer server) {
            this(StockClient.of(server.endpoint(), server.identity().accessKey(), "wrong"));
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
