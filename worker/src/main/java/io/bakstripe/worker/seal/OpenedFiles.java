package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.RequestScope;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Files of a store as they were before they were encrypted: their sizes, offsets and bytes. Which ones are encrypted, and how, their metadata (mode 1) and preambles (mode 2) tell; data keys are opened with the
 * key that the caller named, once for each file, and are wiped by {@link #close}.
 *
 * <p>Fails with {@code FILE_ENCRYPTED} for an encrypted file without a key, with {@code FILE_NOT_ENCRYPTED} for a key that there is nothing to open with, {@code FILE_NOT_AUTHENTICATED} for a file that is not in
 * mode 2 where nothing else may be read; for the key {@code KEY_WRONG}, {@code KEY_NOT_OF_FILE} and, in mode 2, {@code KEY_OBJECT_MISSING}, {@code KEY_OBJECT_DAMAGED}, {@code KEY_OBJECT_NEWER},
 * {@code KEY_OBJECT_FOREIGN}; {@code FILE_DAMAGED}, which names file and part, for what is not genuine in mode 2; and as preambles and footers, store and key service fail. Objects are read as they were at
 * {@link #head}. Thread-safe.
 */
public final class OpenedFiles implements ObjectReader, AutoCloseable {
    private final ObjectReader store;
    private final KeyUse keys;
    private final Executor executor;
    private final boolean requireAuthenticated;
    private final Opened opened;

    /** @param executor where bytes are decrypted */
    public OpenedFiles(ObjectReader store, KeyService keys, KeyChoice key, Executor executor) {
        this(store, keys, key, executor, false);
    }

    /**
     * @param executor where bytes are decrypted
     * @param requireAuthenticated refuses every file that is not in mode 2
     */
    public OpenedFiles(
            ObjectReader store, KeyService keys, KeyChoice key, Executor executor, boolean requireAuthenticated) {
        this(store, new KeyUse(keys, key), executor, requireAuthenticated, new Opened());
    }

    private OpenedFiles(
            ObjectReader store, KeyUse keys, Executor executor, boolean requireAuthenticated, Opened opened) {
        this.store = store;
        this.keys = keys;
        this.executor = executor;
        this.requireAuthenticated = requireAuthenticated;
        this.opened = opened;
    }

    @Override
    public OpenedFiles within(RequestScope scope) {
        return new OpenedFiles(store.within(scope), keys.within(scope), executor, requireAuthenticated, opened);
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return store.list(bucket, prefix, limit);
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return store.head(file)
                .thenCompose(found -> found.map(object -> file(object).thenApply(open -> Optional.of(open.plain())))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        return known(object).thenCompose(file -> file.read(store, offset, length));
    }

    @Override
    public int handyLength(StoredObject object, long offset, int most) {
        CompletableFuture<OpenFile> file = opened.files.get(Version.of(object));
        return file == null || !file.isDone() || file.isCompletedExceptionally()
                ? most
                : file.join().handyLength(offset, most);
    }

    /** What {@link #head} has opened, by whichever view; opened now where nobody asked for it before. */
    private CompletionStage<OpenFile> known(StoredObject object) {
        CompletableFuture<OpenFile> file = opened.files.get(Version.of(object));
        if (file != null && !file.isCompletedExceptionally()) {
            return file;
        }
        return store.head(object.file())
                .thenCompose(found -> found.filter(now -> now.etag().equals(object.etag()))
                        .map(this::file)
                        .orElseThrow(() ->
                                BackupError.FILE_CHANGED.problem(object.file()).asException()));
    }

    private CompletionStage<OpenFile> file(StoredObject object) {
        CompletableFuture<OpenFile> file = opened.files.compute(
                Version.of(object),
                (same, known) -> known != null && !known.isCompletedExceptionally()
                        ? known
                        : open(object).toCompletableFuture());
        if (opened.closed.get()) {
            // It may have come too late to be seen there.
            file.thenAccept(OpenFile::close);
        }
        return file;
    }

    private CompletionStage<OpenFile> open(StoredObject object) {
        if (opened.closed.get()) {
            throw new IllegalStateException("the files are closed");
        }
        if (Envelope.isIn(object.metadata())) {
            requireMode(object, Mode.ENCRYPTION_ONLY);
            return CbcFile.open(store, keys, object, executor).thenApply(file -> file);
        }
        return Preambles.find(object, (offset, length) -> store.read(object, offset, length))
                .thenCompose(found -> {
                    boolean sealed = found.isPresent() && found.get().mode() == Mode.AUTHENTICATED;
                    requireMode(object, sealed ? Mode.AUTHENTICATED : Mode.PLAIN);
                    return sealed
                            ? GcmFile.open(store, keys, object, found.get(), executor)
                                    .thenApply(file -> file)
                            : CompletableFuture.completedFuture(new PlainFile(object));
                });
    }

    private void requireMode(StoredObject object, Mode mode) {
        if (requireAuthenticated && mode != Mode.AUTHENTICATED) {
            throw BackupError.FILE_NOT_AUTHENTICATED.problem(object.file()).asException();
        }
        keys.check(object.file(), mode != Mode.PLAIN);
    }

    /** Wipes the data keys, also those that are still on their way; nothing encrypted can be read afterwards. */
    @Override
    public void close() {
        opened.closed.set(true);
        opened.files.values().forEach(file -> file.thenAccept(OpenFile::close));
    }

    /** What all views have in common. */
    private static final class Opened {
        private final Map<Version, CompletableFuture<OpenFile>> files = new ConcurrentHashMap<>();
        private final AtomicBoolean closed = new AtomicBoolean();
    }

    private record Version(S3Arn file, String etag) {
        static Version of(StoredObject object) {
            return new Version(object.file(), object.etag());
        }
    }

    /** Which key opens encrypted files. */
    public sealed interface KeyChoice {
        /** The one that a caller named, or none: then files must not be encrypted. */
        record Named(Optional<KeyArn> key) implements KeyChoice {}

        /** The one that each file names, of several the first that opens; for files that this program's own records name. */
        record AsTheFileSays() implements KeyChoice {}
    }
}
