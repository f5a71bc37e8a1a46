package io.bakstripe.worker.store;

import io.bakstripe.protocol.error.ErrorCategory;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** A store that asks a scope before each call of the one that it stands for, and repeats at once what may pass. */
final class ScopedMemoryStore implements ObjectStore {
    private final ObjectStore store;
    private final RequestScope scope;

    ScopedMemoryStore(ObjectStore store, RequestScope scope) {
        this.store = store;
        this.scope = scope;
    }

    @Override
    public ObjectStore within(RequestScope other) {
        return store.within(other);
    }

    @Override
    public long maxObjectBytes() {
        return store.maxObjectBytes();
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return ask(() -> store.region(bucket), true);
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return ask(() -> store.head(file), true);
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return ask(() -> store.list(bucket, prefix, limit), true);
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        return ask(() -> store.createUpload(file, metadata), false);
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        return ask(() -> store.uploadPart(upload, number, body, crc32c), true);
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        return ask(() -> store.listParts(upload), true);
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        return ask(() -> store.complete(upload, parts, overwrite), true);
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        return ask(() -> store.abort(upload), true);
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        return ask(() -> store.read(object, offset, length), true);
    }

    @Override
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        return ask(() -> store.put(file, bytes, replaced), true);
    }

    @Override
    public void close() {
        // A view holds nothing.
    }

    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> call, boolean repeatable) {
        try {
            scope.beforeRequest();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return call.get()
                .<CompletionStage<T>>handle((answer, failure) -> {
                    if (failure == null) {
                        scope.answered();
                        return CompletableFuture.completedStage(answer);
                    }
                    boolean passing = Problem.of(failure).error().category() == ErrorCategory.UNREACHABLE;
                    return repeatable && passing && scope.mayRepeat()
                            ? ask(call, true)
                            : CompletableFuture.failedStage(failure);
                })
                .thenCompose(Function.identity());
    }
}
