package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store that asks its scope before each request, and tells it about each answer. */
record ScopedStore(ObjectStore store, RequestScope scope) implements ObjectStore {

    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> request) {
        try {
            scope.beforeRequest();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return request.get().whenComplete((answer, failure) -> {
            if (failure == null) {
                scope.answered();
            }
        });
    }

    @Override
    public ObjectStore within(RequestScope other) {
        return new ScopedStore(store, other);
    }

    @Override
    public long maxObjectBytes() {
        return store.maxObjectBytes();
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return ask(() -> store.region(bucket));
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return ask(() -> store.head(file));
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return ask(() -> store.list(bucket, prefix, limit));
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        return ask(() -> store.createUpload(file, metadata));
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        return ask(() -> store.uploadPart(upload, number, body, crc32c));
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        return ask(() -> store.listParts(upload));
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        return ask(() -> store.complete(upload, parts, overwrite));
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        return ask(() -> store.abort(upload));
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        return ask(() -> store.read(object, offset, length));
    }

    @Override
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        return ask(() -> store.put(file, bytes, replaced));
    }

    @Override
    public void close() {
        store.close();
    }
}
