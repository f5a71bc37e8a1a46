package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import com.github.benmanes.caffeine.cache.Ticker;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.AwsFailures;
import io.bakstripe.worker.store.aws.SignedCalls;
import io.bakstripe.worker.store.aws.Signing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * An object store reached through the AWS SDK.
 *
 * <h2>Retries</h2>
 *
 * The SDK makes one attempt. A failure that may pass (no connection, time-out, 5xx but 501, 409, 429, an error inside a 200, a short body) is tried again
 * here with doubling pauses while the scope has repetitions left; {@link #createUpload} never is. A completion that is tried again may find its own
 * first attempt's effect and then answers {@code KEY_TAKEN} or {@code UPLOAD_GONE}: the object's metadata tell whose it is. While that first attempt
 * still runs, the store answers 409, which therefore never counts as somebody else's object.
 *
 * <h2>Checksums</h2>
 *
 * With {@code crc32c} the upload is declared so at its creation, and S3 wants the checksum of every part once more at completion. They are those that
 * the caller gives with the parts, so that a completion asks the store nothing that it could fail to answer.
 */
public final class S3ObjectStore implements ObjectStore {
    private final StoreSettings settings;
    private final S3AsyncClient client;
    private final S3Calls calls;
    private final S3Lookups lookups;
    private final KnownRegions regions;
    /** One unit per part on its way: requests beyond the connections would time out inside the SDK, waiting for one. */
    private final ByteBudget sending;

    private final Optional<RequestScope> given;

    private S3ObjectStore(
            StoreSettings settings,
            S3AsyncClient client,
            S3Calls calls,
            KnownRegions regions,
            ByteBudget sending,
            Optional<RequestScope> given) {
        this.settings = settings;
        this.client = client;
        this.calls = calls;
        this.regions = regions;
        this.lookups = new S3Lookups(calls, regions);
        this.sending = sending;
        this.given = given;
    }

    /**
     * Opens a store; nothing is sent before the first call.
     *
     * @param system whose scheduler times the retries and whose default dispatcher runs the callbacks
     */
    public static S3ObjectStore create(StoreSettings settings, ActorSystem<?> system) {
        S3AsyncClient client = S3Clients.open(settings, system.executionContext());
        // Jitter only has to differ between requests; nothing is decided by it.
        S3Calls calls = new S3Calls(
                client,
                new SignedCalls(
                        Signing.OWN,
                        settings.retry(),
                        system,
                        () -> ThreadLocalRandom.current().nextDouble()));
        return new S3ObjectStore(
                settings,
                client,
                calls,
                new KnownRegions(settings.regionKept(), Ticker.systemTicker()),
                new ByteBudget(settings.partsInFlight()),
                Optional.empty());
    }

    /** The same store, over the same connections, whose calls without a scope give up after this many attempts. Closing either closes both. */
    public S3ObjectStore withAttempts(int attempts) {
        return new S3ObjectStore(settings, client, calls.withRepetitions(attempts - 1), regions, sending, given);
    }

    /** The same store, over the same connections, with whose keys requests are signed. Closing either closes both. */
    S3ObjectStore signedBy(Signing signing) {
        return new S3ObjectStore(settings, client, calls.signedBy(signing), regions, sending, given);
    }

    @Override
    public ObjectStore within(RequestScope scope) {
        return new S3ObjectStore(settings, client, calls, regions, sending, Optional.of(scope));
    }

    /** Gives this store's objects other metadata. */
    ObjectRewriter rewriter(long largestCopy) {
        return new S3ObjectRewriter(settings, this, calls, sending, largestCopy);
    }

    /** For requests that are no part of {@link ObjectStore}. */
    S3Calls calls() {
        return calls;
    }

    /** The scope of one call. */
    private RequestScope scope() {
        return given.orElseGet(calls::ownScope);
    }

    @Override
    public long maxObjectBytes() {
        return settings.maxObjectBytes();
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return lookups.region(scope(), bucket);
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return lookups.head(scope(), file);
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return lookups.list(scope(), bucket, prefix, limit);
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                .bucket(file.bucket())
                .key(file.key())
                .contentType("application/octet-stream")
                .metadata(metadata);
        switch (settings.sse()) {
            case AES256 -> request.serverSideEncryption(ServerSideEncryption.AES256);
            case AWS_KMS ->
                request.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(settings.sseKmsKeyId().orElse(null));
            case NONE -> {}
        }
        if (settings.checksum() == PartChecksum.CRC32C) {
            request.checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
        }
        return calls.once(scope(), S3Operation.CREATE, file, client -> client.createMultipartUpload(request.build()))
                .thenApply(answer -> new Upload(file, answer.uploadId()));
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        return upload(upload, number, PartBody.of(body), crc32c);
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, Path body, int crc32c) {
        try {
            return upload(upload, number, PartBody.of(body), crc32c);
        } catch (IOException failed) {
            return CompletableFuture.failedStage(BackupError.SPOOL_FAILED
                    .problem(String.valueOf(body.getParent()), failed.toString())
                    .asException(failed));
        }
    }

    private CompletionStage<StoredPart> upload(Upload upload, int number, PartBody part, int crc32c) {
        RequestScope scope = scope();
        UploadPartRequest.Builder request = UploadPartRequest.builder()
                .bucket(upload.file().bucket())
                .key(upload.file().key())
                .uploadId(upload.id())
                .partNumber(number)
                .contentLength(part.length());
        return sending.acquire(1)
                .thenCompose(permit -> calls.ask(
                                scope,
                                S3Operation.UPLOAD,
                                upload.file(),
                                client -> client.uploadPart(checked(request, part, crc32c), part.toRequestBody()),
                                answer -> new StoredPart(number, part.length(), answer.eTag(), OptionalInt.of(crc32c)),
                                S3Calls::unexpected)
                        .whenComplete((stored, failure) -> permit.release()));
    }

    private UploadPartRequest checked(UploadPartRequest.Builder request, PartBody part, int crc32c) {
        return switch (settings.checksum()) {
            case CRC32C -> request.checksumCRC32C(PartBody.base64(crc32c)).build();
            case MD5 -> request.contentMD5(part.md5()).build();
            case UNSAFE_NONE -> request.build();
        };
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        return parts(scope(), upload, S3ObjectStore::gone)
                .thenApply(known -> known.map(parts -> parts.stream()
                        .map(part -> new StoredPart(
                                part.partNumber(), part.size(), part.eTag(), PartBody.crc32c(part.checksumCRC32C())))
                        .toList()));
    }

    /** @param gone the refusals that say that there is no such upload */
    private CompletionStage<Optional<List<Part>>> parts(
            RequestScope scope, Upload upload, Predicate<AwsServiceException> gone) {
        return partsFrom(scope, upload, gone, null, new ArrayList<>());
    }

    private CompletionStage<Optional<List<Part>>> partsFrom(
            RequestScope scope,
            Upload upload,
            Predicate<AwsServiceException> gone,
            @Nullable Integer marker,
            List<Part> found) {
        S3Arn file = upload.file();
        return calls.ask(
                        scope,
                        S3Operation.LIST_PARTS,
                        file,
                        client -> client.listParts(request -> request.bucket(file.bucket())
                                .key(file.key())
                                .uploadId(upload.id())
                                .maxParts(S3Lookups.PAGE)
                                .partNumberMarker(marker)),
                        Optional::of,
                        refusal -> gone.test(refusal)
                                ? Optional.of(Optional.<ListPartsResponse>empty())
                                : Optional.empty())
                .thenCompose(page -> {
                    if (page.isEmpty()) {
                        return CompletableFuture.completedStage(Optional.empty());
                    }
                    ListPartsResponse answer = page.get();
                    found.addAll(answer.parts());
                    return Boolean.TRUE.equals(answer.isTruncated()) && answer.nextPartNumberMarker() != null
                            ? partsFrom(scope, upload, gone, answer.nextPartNumberMarker(), found)
                            : CompletableFuture.completedStage(Optional.of(found));
                });
    }

    /** Whether the store itself says that it has no such upload. Something between us and the store may know no path and answer 404 as well. */
    private static boolean confirmedGone(AwsServiceException refusal) {
        return AwsFailures.code(refusal).equals("NoSuchUpload");
    }

    private static boolean gone(AwsServiceException refusal) {
        return refusal.statusCode() == 404 && !AwsFailures.code(refusal).equals("NoSuchBucket");
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        RequestScope scope = scope();
        if (!overwrite && !settings.conditionalWrites()) {
            return lookups.head(scope, upload.file())
                    .thenCompose(object -> object.isPresent()
                            ? CompletableFuture.completedStage(Completion.KEY_TAKEN)
                            : completeWith(scope, upload, parts, false));
        }
        return completeWith(scope, upload, parts, !overwrite);
    }

    private CompletionStage<Completion> completeWith(
            RequestScope scope, Upload upload, List<StoredPart> parts, boolean ifAbsent) {
        List<CompletedPart> completed = parts.stream().map(this::completed).toList();
        CompleteMultipartUploadRequest request = CompleteMultipartUploadRequest.builder()
                .bucket(upload.file().bucket())
                .key(upload.file().key())
                .uploadId(upload.id())
                .ifNoneMatch(ifAbsent ? "*" : null)
                .multipartUpload(all -> all.parts(completed))
                .build();
        return calls.ask(
                scope,
                S3Operation.COMPLETE,
                upload.file(),
                client -> client.completeMultipartUpload(request),
                answer -> Completion.COMPLETED,
                S3ObjectStore::completionRefused);
    }

    private CompletedPart completed(StoredPart part) {
        CompletedPart.Builder completed =
                CompletedPart.builder().partNumber(part.number()).eTag(part.etag());
        if (settings.checksum() == PartChecksum.CRC32C) {
            part.crc32c().ifPresent(crc32c -> completed.checksumCRC32C(PartBody.base64(crc32c)));
        }
        return completed.build();
    }

    private static Optional<Completion> completionRefused(AwsServiceException refusal) {
        String code = AwsFailures.code(refusal);
        if (refusal.statusCode() == 412 || code.equals("PreconditionFailed")) {
            return Optional.of(Completion.KEY_TAKEN);
        }
        return gone(refusal) || code.equals("NoSuchUpload") ? Optional.of(Completion.UPLOAD_GONE) : Optional.empty();
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        S3Arn file = upload.file();
        RequestScope scope = scope();
        return calls.ask(
                        scope,
                        S3Operation.ABORT,
                        file,
                        client -> client.abortMultipartUpload(request ->
                                request.bucket(file.bucket()).key(file.key()).uploadId(upload.id())),
                        answer -> false,
                        refusal -> confirmedGone(refusal)
                                ? Optional.of(true)
                                : gone(refusal) ? Optional.of(false) : Optional.empty())
                // A part that was on its way may have outlived the abort: only ListParts can tell.
                .thenCompose(gone -> gone
                        ? CompletableFuture.completedStage(true)
                        : parts(scope, upload, S3ObjectStore::confirmedGone).thenApply(Optional::isEmpty));
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        if (length == 0) {
            return CompletableFuture.completedStage(ByteBuffer.allocate(0));
        }
        S3Arn file = object.file();
        String range = "bytes=" + offset + "-" + (offset + length - 1);
        return calls.ask(
                scope(),
                S3Operation.READ,
                file,
                client -> client.getObject(
                        request -> request.bucket(file.bucket())
                                .key(file.key())
                                .range(range)
                                .ifMatch(object.etag()),
                        new RangeBody(length)),
                Function.identity(),
                refusal -> {
                    if (refusal.statusCode() == 412 || gone(refusal)) {
                        throw BackupError.FILE_CHANGED.problem(file).asException(refusal);
                    }
                    return Optional.empty();
                });
    }

    @Override
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        return new S3Puts(settings, calls, lookups).put(scope(), file, bytes, replaced);
    }

    @Override
    public void close() {
        client.close();
    }
}
