package io.bakstripe.worker.store;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An object store that speaks the S3 protocol, with exactly the actions of row S1: ListBucket, GetBucketLocation, GetObject, PutObject,
 * ListMultipartUploadParts, AbortMultipartUpload.
 *
 * <p>Every stage may fail with a {@code BakstripeException}: {@code STORE_UNREACHABLE} (no answer, or 5xx after the retry budget), {@code
 * ACCESS_DENIED}, {@code BUCKET_UNKNOWN}, {@code STORE_FAILED} (anything else, with the store's text). Implementations are thread-safe; no call
 * blocks. A failed call may or may not have taken effect, except where a method says more.
 */
public interface ObjectStore extends ObjectReader, AutoCloseable {

    /**
     * The same store on behalf of {@code scope}. The scope is asked directly before each request, repetitions included; what it throws fails the call,
     * and nothing is sent. A failure that may pass is repeated as long as {@code scope} allows, and each good answer is told to it; that there is no such
     * object or upload is a good answer, too. Without a scope each call has a budget of its own. The view shares everything with this store and is not to be closed.
     */
    @Override
    ObjectStore within(RequestScope scope);

    /** The largest object that can be made, in bytes (row L3); S3's own limit unless an implementation knows another. */
    default long maxObjectBytes() {
        return 5L << 40;
    }

    /**
     * The region of a bucket ({@code us-east-1} where the store names none), also when a store of another region is asked, which sends the caller
     * there. Fails when the bucket does not exist.
     */
    CompletionStage<String> region(String bucket);

    /**
     * Begins a multipart upload. Never retried by itself: a lost answer leaves an empty upload whose id nobody knows (see docs/architecture.md).
     *
     * @param metadata user metadata of the object to be, names without {@code x-amz-meta-}
     */
    CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata);

    /**
     * Stores a part; a part of that number that is there already is replaced. The store verifies the checksum.
     *
     * @param number 1 to 10 000
     * @param body whose remaining bytes are the part; not consumed, may be sent again
     * @param crc32c of the body
     */
    CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c);

    /**
     * Stores a part as {@link #uploadPart(Upload, int, List, int)} does, whose bytes are all those of a file.
     *
     * <p>Implementations for real data read the file as they send it; this one reads it into memory, blocking, which is enough for decorators and small
     * parts.
     *
     * @param body must stay as it is until the answer is there
     */
    default CompletionStage<StoredPart> uploadPart(Upload upload, int number, Path body, int crc32c) {
        try {
            return uploadPart(upload, number, List.of(ByteBuffer.wrap(Files.readAllBytes(body))), crc32c);
        } catch (IOException failed) {
            return CompletableFuture.failedStage(BackupError.SPOOL_FAILED
                    .problem(String.valueOf(body.getParent()), failed.toString())
                    .asException(failed));
        }
    }

    /** All parts of an upload in order of numbers; empty when the store does not know the upload (any more). */
    CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload);

    /**
     * Makes the object out of the parts, in one step. Unless {@code overwrite}, it is made only if no object has the key.
     *
     * <p>After {@code STORE_UNREACHABLE} the object may be there or may still appear: besides a lost answer that is what a store says while another
     * completion of the same key is under way (409), be it ours or not. Its metadata then tell whose it is; while there is no object, only asking again
     * helps.
     *
     * @param parts all parts, in order, each with the checksum it was uploaded with: the store is not asked for anything first that the caller
     *     can have recorded
     */
    CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite);

    /** Aborts an upload and removes its parts. True when the store no longer knows the upload; false when it must be asked again. */
    CompletionStage<Boolean> abort(Upload upload);

    /**
     * Stores a small object, whole, in one request, over a certain one or none.
     *
     * <p>A request that is repeated because its answer was lost may find what it stored itself: {@code false} does not say that these bytes are not there.
     *
     * @param bytes few enough to be held until the answer is there
     * @param replaced entity tag of the object that is replaced; empty to store it only where there is none
     * @return false when the store has another object of that key, or none where one was to be replaced; nothing was written then
     */
    CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced);

    @Override
    void close();

    /** @param metadata user metadata, names in lower case without {@code x-amz-meta-}; empty for objects that come from a listing */
    record StoredObject(S3Arn file, long size, String etag, Map<String, String> metadata) {
        public StoredObject {
            metadata = Map.copyOf(metadata);
        }
    }

    /** An upload that was begun. */
    record Upload(S3Arn file, String id) {}

    /**
     * A part that a store holds.
     *
     * @param size in bytes; 0 where the store did not say
     * @param crc32c of the part's bytes; {@link #uploadPart} always answers it, {@link #listParts} only where the store says it
     */
    record StoredPart(int number, long size, String etag, OptionalInt crc32c) {}

    /** How a completion ended. */
    enum Completion {
        /** The object is there, whole. */
        COMPLETED,
        /** An object has the key (412): nothing was written now. It may be this upload's own, made by an earlier completion whose answer was lost. */
        KEY_TAKEN,
        /** The store does not know the upload: it was completed or aborted before; the object's metadata tell which. */
        UPLOAD_GONE
    }
}
