package io.bakstripe.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A sandbox that can be asked for faults, with one client that meets them and one that does not; neither repeats a request. */
final class ChaosSandbox implements AutoCloseable {
    static final String BUCKET = SandboxServer.BUCKET;

    private final SandboxServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final S3AsyncClient struck;
    private final S3AsyncClient calm;

    private ChaosSandbox(SandboxServer server) {
        this.server = server;
        this.struck = client(server, server.endpoint());
        this.calm = client(server, server.calmEndpoint());
    }

    static ChaosSandbox start(Path directory) {
        return new ChaosSandbox(SandboxServer.start(
                new SandboxOptions(directory, 0, 0, 0, OptionalInt.empty(), false, OptionalInt.of(0)),
                new Random(3),
                Duration.ofSeconds(5)));
    }

    /** Around a sandbox that was started so that it can be asked for faults. */
    static ChaosSandbox of(SandboxServer server) {
        return new ChaosSandbox(server);
    }

    private static S3AsyncClient client(SandboxServer server, String endpoint) {
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.of(SandboxServer.REGION))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        server.identity().accessKey(), server.identity().secretKey())))
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    SandboxServer server() {
        return server;
    }

    S3AsyncClient struck() {
        return struck;
    }

    S3AsyncClient calm() {
        return calm;
    }

    /** Begins a script of these rules. */
    void rules(String rules) {
        HttpResponse<String> answer = control("PUT", "{\"seed\": 7, \"rules\": [" + rules + "]}");
        if (answer.statusCode() != 200) {
            throw new IllegalArgumentException(answer.body());
        }
    }

    JsonNode report() {
        return new JsonMapper().readTree(control("GET", "").body());
    }

    void end() {
        control("DELETE", "");
    }

    HttpResponse<String> control(String method, String body) {
        URI address = URI.create(server.chaosEndpoint().orElseThrow());
        HttpRequest.BodyPublisher sent =
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        try {
            return http.send(
                    HttpRequest.newBuilder(address).method(method, sent).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void put(S3AsyncClient client, String key, String content) {
        client.putObject(request -> request.bucket(BUCKET).key(key), AsyncRequestBody.fromString(content))
                .join();
    }

    CompletableFuture<String> get(S3AsyncClient client, String key) {
        return client.getObject(request -> request.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
                .thenApply(bytes -> bytes.asUtf8String());
    }

    String create(S3AsyncClient client, String key) {
        return client.createMultipartUpload(request -> request.bucket(BUCKET).key(key))
                .join()
                .uploadId();
    }

    CompletedPart part(S3AsyncClient client, String key, String upload, String content) {
        var stored = client.uploadPart(
                        request ->
                                request.bucket(BUCKET).key(key).uploadId(upload).partNumber(1),
                        AsyncRequestBody.fromString(content))
                .join();
        return CompletedPart.builder().partNumber(1).eTag(stored.eTag()).build();
    }

    CompletableFuture<CompleteMultipartUploadResponse> complete(
            S3AsyncClient client, String key, String upload, CompletedPart part) {
        return client.completeMultipartUpload(request -> request.bucket(BUCKET)
                .key(key)
                .uploadId(upload)
                .ifNoneMatch("*")
                .multipartUpload(all -> all.parts(part)));
    }

    @Override
    public void close() {
        struck.close();
        calm.close();
        server.close();
    }
}
