package io.bakstripe.node.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.RequestScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files of this host as if they were objects: each has an ARN that stands for it, metadata that were saved beside it, and its key object by the same rule as in a store. A file that changes
 * while it is read fails with {@code FILE_CHANGED}. Reads block the caller. Thread-safe.
 */
final class LocalFiles implements ObjectReader {
    private static final String BUCKET = "this-host";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<S3Arn, Local> files = new ConcurrentHashMap<>();

    private record Local(Path path, Map<String, String> metadata) {}

    /**
     * Takes a file in.
     *
     * @param metadata as the store had them; none for a file that was not encrypted or is in mode 2
     * @param keys its key object; empty where it lies beside it under the name that it would have in a store
     * @return what stands for it
     */
    S3Arn add(Path file, Map<String, String> metadata, Optional<Path> keys) {
        // The number comes first so that no name begins as another one does: texts have them replaced by the paths.
        S3Arn arn = new S3Arn(BUCKET, files.size() + "/file");
        files.put(arn, new Local(file, metadata));
        Path beside = file.resolveSibling(file.getFileName() + KeyObject.SUFFIX);
        files.put(KeyObject.of(arn), new Local(keys.orElse(beside), Map.of()));
        return arn;
    }

    /**
     * Metadata as {@code aws s3api head-object} prints them, alone or with everything else that it says. Throws {@code METADATA_UNREADABLE} for anything else.
     */
    static Map<String, String> metadata(Path file) throws IOException {
        try {
            JsonNode json = JSON.readTree(file.toFile());
            JsonNode entries = json.path("Metadata").isObject() ? json.path("Metadata") : json;
            if (!entries.isObject() || entries.isEmpty()) {
                throw unreadable(file, "it is no JSON object with entries");
            }
            Map<String, String> metadata = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : entries.properties()) {
                if (!entry.getValue().isTextual()) {
                    throw unreadable(file, entry.getKey() + " is no text");
                }
                metadata.put(
                        entry.getKey().toLowerCase(Locale.ROOT),
                        entry.getValue().textValue());
            }
            return metadata;
        } catch (JsonProcessingException malformed) {
            throw unreadable(file, "it is no JSON");
        }
    }

    private static BakstripeException unreadable(Path file, String reason) {
        return BackupError.METADATA_UNREADABLE.problem(file, reason).asException();
    }

    @Override
    public ObjectReader within(RequestScope scope) {
        return this;
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        Local local = files.get(file);
        if (local == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        try {
            return CompletableFuture.completedFuture(Optional.of(object(file, local)));
        } catch (NoSuchFileException absent) {
            return CompletableFuture.completedFuture(Optional.empty());
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new UncheckedIOException(failed));
        }
    }

    private static StoredObject object(S3Arn arn, Local local) throws IOException {
        BasicFileAttributes now = Files.readAttributes(local.path(), BasicFileAttributes.class);
        return new StoredObject(arn, now.size(), now.size() + "@" + now.lastModifiedTime(), local.metadata());
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        Local local = files.get(object.file());
        if (local == null) {
            throw new IllegalArgumentException("no file of this host: " + object.file());
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(local.path())) {
            boolean whole = true;
            while (bytes.hasRemaining() && whole) {
                whole = channel.read(bytes, offset + bytes.position()) >= 0;
            }
            if (!whole || !object(object.file(), local).etag().equals(object.etag())) {
                throw BackupError.FILE_CHANGED.problem(object.file()).asException();
            }
            return CompletableFuture.completedFuture(bytes.flip());
        } catch (BakstripeException changed) {
            return CompletableFuture.failedFuture(changed);
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new UncheckedIOException(failed));
        }
    }
}
