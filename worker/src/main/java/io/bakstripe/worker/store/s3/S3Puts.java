package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** Stores small objects in one request each. Where the store cannot do so under a condition it is asked before, and what comes in between is lost. */
final class S3Puts {
    private final StoreSettings settings;
    private final S3Calls calls;
    private final S3Lookups lookups;

    S3Puts(StoreSettings settings, S3Calls calls, S3Lookups lookups) {
        this.settings = settings;
        this.calls = calls;
        this.lookups = lookups;
    }

    /** As {@link S3ObjectStore#put}. */
    CompletionStage<Boolean> put(RequestScope scope, S3Arn file, byte[] bytes, Optional<String> replaced) {
        if (settings.conditionalWrites()) {
            return send(
                    scope,
                    file,
                    bytes,
                    builder(file).ifNoneMatch(replaced.isPresent() ? null : "*").ifMatch(replaced.orElse(null)));
        }
        return lookups.head(scope, file)
                .thenCompose(object -> object.map(found -> bare(found.etag())).equals(replaced.map(S3Puts::bare))
                        ? send(scope, file, bytes, builder(file))
                        : CompletableFuture.completedStage(false));
    }

    private CompletionStage<Boolean> send(
            RequestScope scope, S3Arn file, byte[] bytes, PutObjectRequest.Builder request) {
        PartBody body = PartBody.of(List.of(ByteBuffer.wrap(bytes)));
        switch (settings.checksum()) {
            case CRC32C -> request.checksumCRC32C(PartBody.base64(crc32c(bytes)));
            case MD5 -> request.contentMD5(body.md5());
            case UNSAFE_NONE -> {}
        }
        PutObjectRequest whole = request.contentLength(body.length()).build();
        return calls.ask(
                scope,
                S3Operation.PUT,
                file,
                client -> client.putObject(whole, body.toRequestBody()),
                answer -> true,
                refusal -> refused(refusal) ? Optional.of(false) : Optional.empty());
    }

    private PutObjectRequest.Builder builder(S3Arn file) {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(file.bucket()).key(file.key()).contentType("application/json");
        switch (settings.sse()) {
            case AES256 -> request.serverSideEncryption(ServerSideEncryption.AES256);
            case AWS_KMS ->
                request.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(settings.sseKmsKeyId().orElse(null));
            case NONE -> {}
        }
        return request;
    }

    /** Whether the condition does not hold; an object that was to be replaced and is not there is answered with 404. */
    private static boolean refused(AwsServiceException refusal) {
        String code = AwsFailures.code(refusal);
        return refusal.statusCode() == 412 || code.equals("PreconditionFailed") || code.equals("NoSuchKey");
    }

    private static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Some stores quote entity tags in one answer and not in another. */
    private static String bare(String etag) {
        return etag.replace("\"", "");
    }
}
