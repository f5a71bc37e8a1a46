package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/**
 * Copies objects onto themselves: with CopyObject, and above what that takes with UploadPartCopy. Both are held to the etag of what they read and, where the store honours conditions, of what they replace, so that a
 * newer object is never replaced by a copy of an older one.
 */
final class S3ObjectRewriter implements ObjectRewriter {
    private final StoreSettings settings;
    private final S3ObjectStore store;
    private final S3Calls calls;
    private final ByteBudget sending;
    private final long largestCopy;

    /** @param sending one unit per part on its way */
    S3ObjectRewriter(StoreSettings settings, S3ObjectStore store, S3Calls calls, ByteBudget sending, long largestCopy) {
        this.settings = settings;
        this.store = store;
        this.calls = calls;
        this.sending = sending;
        this.largestCopy = largestCopy;
    }

    @Override
    public CompletionStage<Boolean> rewrite(StoredObject object, Map<String, String> metadata, List<Long> parts) {
        return facts(object.file())
                .thenCompose(found -> found.filter(facts -> facts.eTag().equals(object.etag()))
                        .map(facts -> object.size() <= largestCopy
                                ? copied(object, metadata, facts)
                                : copiedInParts(object, metadata, facts, parts))
                        .orElseGet(() -> CompletableFuture.completedStage(false)))
                .thenCompose(done ->
                        done ? CompletableFuture.completedStage(true) : isAlready(object, Map.copyOf(metadata)));
    }

    /** A request that was repeated because its answer was lost finds what it made itself. */
    private CompletionStage<Boolean> isAlready(StoredObject object, Map<String, String> metadata) {
        return store.head(object.file())
                .thenApply(found -> found.filter(now ->
                                now.size() == object.size() && now.metadata().equals(metadata))
                        .isPresent());
    }

    private CompletionStage<Optional<HeadObjectResponse>> facts(S3Arn file) {
        return calls.ask(
                calls.ownScope(),
                S3Operation.HEAD,
                file,
                client -> client.headObject(
                        request -> request.bucket(file.bucket()).key(file.key())),
                Optional::of,
                refusal -> refusal.statusCode() == 404 ? Optional.of(Optional.empty()) : Optional.empty());
    }

    private CompletionStage<Boolean> copied(
            StoredObject object, Map<String, String> metadata, HeadObjectResponse facts) {
        S3Arn file = object.file();
        CopyObjectRequest request = CopyObjectRequest.builder()
                .sourceBucket(file.bucket())
                .sourceKey(file.key())
                .copySourceIfMatch(object.etag())
                .destinationBucket(file.bucket())
                .destinationKey(file.key())
                .ifMatch(replaced(object))
                .metadataDirective(MetadataDirective.REPLACE)
                .metadata(metadata)
                .contentType(facts.contentType())
                .contentEncoding(facts.contentEncoding())
                .contentDisposition(facts.contentDisposition())
                .contentLanguage(facts.contentLanguage())
                .cacheControl(facts.cacheControl())
                .storageClass(facts.storageClassAsString())
                .serverSideEncryption(facts.serverSideEncryptionAsString())
                .ssekmsKeyId(facts.ssekmsKeyId())
                .bucketKeyEnabled(facts.bucketKeyEnabled())
                .build();
        return calls.ask(
                calls.ownScope(),
                S3Operation.COPY,
                file,
                client -> client.copyObject(request),
                answer -> true,
                refusal -> isChanged(refusal) ? Optional.of(false) : Optional.empty());
    }

    private CompletionStage<Boolean> copiedInParts(
            StoredObject object, Map<String, String> metadata, HeadObjectResponse facts, List<Long> parts) {
        if (parts.stream().mapToLong(Long::longValue).sum() != object.size()) {
            throw new IllegalArgumentException("the parts are not the object: " + object.size() + " bytes");
        }
        S3Arn file = object.file();
        CreateMultipartUploadRequest request = CreateMultipartUploadRequest.builder()
                .bucket(file.bucket())
                .key(file.key())
                .metadata(metadata)
                .contentType(facts.contentType())
                .contentEncoding(facts.contentEncoding())
                .contentDisposition(facts.contentDisposition())
                .contentLanguage(facts.contentLanguage())
                .cacheControl(facts.cacheControl())
                .storageClass(facts.storageClassAsString())
                .serverSideEncryption(facts.serverSideEncryptionAsString())
                .ssekmsKeyId(facts.ssekmsKeyId())
                .bucketKeyEnabled(facts.bucketKeyEnabled())
                .checksumAlgorithm(settings.checksum() == PartChecksum.CRC32C ? ChecksumAlgorithm.CRC32_C : null)
                .build();
        return calls.once(calls.ownScope(), S3Operation.CREATE, file, client -> client.createMultipartUpload(request))
                .thenApply(answer -> new Upload(file, answer.uploadId()))
                .thenCompose(upload -> copies(upload, object, parts)
                        .thenCompose(copied -> copied.isPresent()
                                ? complete(upload, object, copied.get())
                                : CompletableFuture.completedStage(false))
                        .handle((done, failure) -> ended(upload, done != null && done, Optional.ofNullable(failure)))
                        .thenCompose(ended -> ended));
    }

    /** What did not become an object is removed; that this failed, too, matters less than why. */
    private CompletionStage<Boolean> ended(Upload upload, boolean done, Optional<Throwable> failure) {
        return done
                ? CompletableFuture.completedStage(true)
                : store.abort(upload).handle((gone, alsoFailed) -> {
                    if (failure.isPresent()) {
                        throw failure.get() instanceof CompletionException known
                                ? known
                                : new CompletionException(failure.get());
                    }
                    return false;
                });
    }

    /** Empty when the object is another one by now. */
    private CompletionStage<Optional<List<CompletedPart>>> copies(
            Upload upload, StoredObject object, List<Long> parts) {
        List<CompletableFuture<Optional<CompletedPart>>> copies = new ArrayList<>();
        long offset = 0;
        for (long bytes : parts) {
            String range = "bytes=" + offset + "-" + (offset + bytes - 1);
            copies.add(copy(upload, object, copies.size() + 1, range).toCompletableFuture());
            offset += bytes;
        }
        return CompletableFuture.allOf(copies.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> copies.stream().allMatch(copy -> copy.join().isPresent())
                        ? Optional.of(copies.stream()
                                .map(copy -> copy.join().orElseThrow())
                                .toList())
                        : Optional.empty());
    }

    private CompletionStage<Optional<CompletedPart>> copy(
            Upload upload, StoredObject object, int number, String range) {
        S3Arn file = object.file();
        UploadPartCopyRequest request = UploadPartCopyRequest.builder()
                .sourceBucket(file.bucket())
                .sourceKey(file.key())
                .copySourceIfMatch(object.etag())
                .copySourceRange(range)
                .destinationBucket(file.bucket())
                .destinationKey(file.key())
                .uploadId(upload.id())
                .partNumber(number)
                .build();
        return sending.acquire(1)
                .thenCompose(permit -> calls.ask(
                                calls.ownScope(),
                                S3Operation.COPY_PART,
                                file,
                                client -> client.uploadPartCopy(request),
                                answer -> Optional.of(part(number, answer.copyPartResult())),
                                refusal -> isChanged(refusal)
                                        ? Optional.of(Optional.<CompletedPart>empty())
                                        : Optional.empty())
                        .whenComplete((copied, failure) -> permit.release()));
    }

    private static CompletedPart part(int number, CopyPartResult result) {
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(result.eTag())
                .checksumCRC32C(result.checksumCRC32C())
                .build();
    }

    private CompletionStage<Boolean> complete(Upload upload, StoredObject object, List<CompletedPart> parts) {
        S3Arn file = upload.file();
        CompleteMultipartUploadRequest request = CompleteMultipartUploadRequest.builder()
                .bucket(file.bucket())
                .key(file.key())
                .uploadId(upload.id())
                .ifMatch(replaced(object))
                .multipartUpload(all -> all.parts(parts))
                .build();
        return calls.ask(
                calls.ownScope(),
                S3Operation.COMPLETE,
                file,
                client -> client.completeMultipartUpload(request),
                answer -> true,
                refusal -> isChanged(refusal) ? Optional.of(false) : Optional.empty());
    }

    /** Null, as the SDK has it, where the store cannot be held to it. */
    private @Nullable String replaced(StoredObject object) {
        return settings.conditionalWrites() ? object.etag() : null;
    }

    private static boolean isChanged(AwsServiceException refusal) {
        String code = AwsFailures.code(refusal);
        return refusal.statusCode() == 412
                || code.equals("PreconditionFailed")
                || code.equals("NoSuchKey")
                || code.equals("NoSuchUpload");
    }
}
