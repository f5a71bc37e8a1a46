package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** The files of a folder as one bucket, to be read only: for sets that are too large for memory. */
final class FolderObjectStore implements ObjectStore {
    private final Path folder;
    private final String bucket;
    private final Executor executor;

    FolderObjectStore(Path folder, String bucket, Executor executor) {
        this.folder = folder;
        this.bucket = bucket;
        this.executor = executor;
    }

    @Override
    public ObjectStore within(RequestScope scope) {
        return this;
    }

    @Override
    public CompletionStage<String> region(String name) {
        return CompletableFuture.completedFuture("us-east-1");
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        Path path = folder.resolve(file.key());
        return CompletableFuture.completedFuture(Files.exists(path) ? Optional.of(stored(path)) : Optional.empty());
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String name, String prefix, int limit) {
        try (Stream<Path> files = Files.list(folder)) {
            return CompletableFuture.completedFuture(
                    files.filter(path -> path.getFileName().toString().startsWith(prefix))
                            .sorted()
                            .limit(limit)
                            .map(this::stored)
                            .toList());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private StoredObject stored(Path path) {
        try {
            return new StoredObject(
                    new S3Arn(bucket, path.getFileName().toString()), Files.size(path), "\"etag\"", Map.of());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (FileChannel channel =
                            FileChannel.open(folder.resolve(object.file().key()))) {
                        ByteBuffer bytes = ByteBuffer.allocate(length);
                        while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {
                            continue;
                        }
                        return bytes.flip();
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                },
                executor);
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
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
