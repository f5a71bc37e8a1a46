package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in memory, enough of a store to restore from. Reads can be held back and are recorded. */
final class MemoryStore implements ObjectStore {
    static final String BUCKET = "backups";

    private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    final List<String> reads = Collections.synchronizedList(new ArrayList<>());
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private volatile long gateFrom = Long.MAX_VALUE;

    static S3Arn arn(String key) {
        return new S3Arn(BUCKET, key);
    }

    MemoryStore put(String key, byte[] bytes) {
        objects.put(key, bytes.clone());
        return this;
    }

    void remove(String key) {
        objects.remove(key);
    }

    byte[] get(String key) {
        return Objects.requireNonNull(objects.get(key));
    }

    /** Holds back reads that begin at or after this offset and are not of a file's last bytes, until the returned future is completed. */
    CompletableFuture<Void> holdReadsFrom(long offset) {
        CompletableFuture<Void> held = new CompletableFuture<>();
        gateFrom = offset;
        gate = held;
        return held;
    }

    private StoredObject stored(String key, byte[] bytes) {
        return new StoredObject(arn(key), bytes.length, Integer.toHexString(Arrays.hashCode(bytes)), Map.of());
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return CompletableFuture.completedFuture(
                Optional.ofNullable(objects.get(file.key())).map(bytes -> stored(file.key(), bytes)));
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return CompletableFuture.completedFuture(objects.tailMap(prefix).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(prefix))
                .limit(limit)
                .map(entry -> stored(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        reads.add(object.file().key() + "@" + offset + "+" + length);
        byte[] bytes = objects.get(object.file().key());
        if (bytes == null || !stored(object.file().key(), bytes).etag().equals(object.etag())) {
            return CompletableFuture.failedFuture(
                    BackupError.FILE_CHANGED.problem(object.file()).asException());
        }
        ByteBuffer range = ByteBuffer.wrap(bytes).slice((int) offset, length).asReadOnlyBuffer();
        boolean held = offset >= gateFrom && offset + length < bytes.length;
        return held ? gate.thenApply(open -> range) : CompletableFuture.completedFuture(range);
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return CompletableFuture.completedFuture("us-east-1");
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
