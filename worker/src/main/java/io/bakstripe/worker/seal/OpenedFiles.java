package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.envelope.CbcStream;
import io.bakstripe.worker.key.envelope.CbcStream.Piece;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.DamagedStreamException;
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

/**
 * Files of a store as they were before they were encrypted: their sizes, offsets and bytes. Which ones are encrypted, and how, their metadata tell; data keys are opened with the key that
 * the caller named, once for each file, and are wiped by {@link #close}.
 *
 * <p>Fails with {@code FILE_ENCRYPTED} for an encrypted file without a key, with {@code FILE_NOT_ENCRYPTED} for a key that there is nothing to open with, {@code KEY_WRONG}, and as store
 * and key service fail. Only objects from {@link #head} can be read. Thread-safe.
 */
public final class OpenedFiles implements ObjectReader, AutoCloseable {
    private final ObjectReader store;
    private final KeyService keys;
    private final KeyChoice key;
    private final Executor executor;
    private final Map<S3Arn, CompletableFuture<DataKey>> opened;

    /** @param executor where bytes are decrypted */
    public OpenedFiles(ObjectReader store, KeyService keys, KeyChoice key, Executor executor) {
        this(store, keys, key, executor, new ConcurrentHashMap<>());
    }

    private OpenedFiles(
            ObjectReader store,
            KeyService keys,
            KeyChoice key,
            Executor executor,
            Map<S3Arn, CompletableFuture<DataKey>> opened) {
        this.store = store;
        this.keys = keys;
        this.key = key;
        this.executor = executor;
        this.opened = opened;
    }

    @Override
    public OpenedFiles within(RequestScope scope) {
        return new OpenedFiles(store.within(scope), keys.within(scope), key, executor, opened);
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return store.list(bucket, prefix, limit);
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return store.head(file)
                .thenCompose(found -> found.map(object -> judged(object).thenApply(Optional::of))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    private CompletionStage<StoredObject> judged(StoredObject object) {
        boolean encrypted = Envelope.isIn(object.metadata());
        key.check(object.file(), encrypted);
        if (!encrypted) {
            return CompletableFuture.completedFuture(object);
        }
        Envelope envelope = envelope(object);
        return key(object.file(), envelope).thenCompose(plain -> plainSize(object, envelope, plain))
                .thenApply(size -> new StoredObject(object.file(), size, object.etag(), object.metadata()));
    }

    /** The last block tells how long the file was, and whether the key is the right one. */
    private CompletionStage<Long> plainSize(StoredObject object, Envelope envelope, DataKey plain) {
        long blocks = object.size() / CipherBlock.BYTES;
        if (blocks == 0 || object.size() % CipherBlock.BYTES != 0) {
            throw BackupError.FILE_TRUNCATED.problem(object.file()).asException();
        }
        long from = Math.max(0, object.size() - 2L * CipherBlock.BYTES);
        return store.read(object, from, (int) (object.size() - from))
                .thenApply(end -> {
                    CipherBlock before = blocks == 1 ? envelope.iv() : block(end);
                    ByteBuffer last = ByteBuffer.allocate(CipherBlock.BYTES);
                    try {
                        CbcStream.open(plain, before, end, Piece.LAST, last);
                    } catch (DamagedStreamException wrong) {
                        throw BackupError.FILE_TRUNCATED.problem(object.file()).asException(wrong);
                    }
                    return object.size() - CipherBlock.BYTES + last.position();
                });
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        if (!Envelope.isIn(object.metadata())) {
            return store.read(object, offset, length);
        }
        Envelope envelope = envelope(object);
        long firstBlock = offset - offset % CipherBlock.BYTES;
        long from = Math.max(0, firstBlock - CipherBlock.BYTES);
        long end = roundedUp(offset + length);
        return key(object.file(), envelope)
                .thenCompose(plain -> store.read(object, from, Math.toIntExact(end - from))
                        .thenApplyAsync(
                                sealed -> {
                                    CipherBlock before = firstBlock == 0 ? envelope.iv() : block(sealed);
                                    ByteBuffer opened = opened(plain, before, sealed);
                                    return opened.slice((int) (offset - firstBlock), length);
                                },
                                executor));
    }

    private static ByteBuffer opened(DataKey plain, CipherBlock before, ByteBuffer sealed) {
        ByteBuffer into = ByteBuffer.allocate(sealed.remaining());
        try {
            CbcStream.open(plain, before, sealed, Piece.INNER, into);
        } catch (DamagedStreamException impossible) {
            throw new IllegalStateException("whole blocks cannot be opened", impossible);
        }
        return into.flip();
    }

    private static CipherBlock block(ByteBuffer bytes) {
        byte[] block = new byte[CipherBlock.BYTES];
        bytes.get(block);
        return CipherBlock.of(block);
    }

    private static long roundedUp(long bytes) {
        return (bytes + CipherBlock.BYTES - 1) / CipherBlock.BYTES * CipherBlock.BYTES;
    }

    private static Envelope envelope(StoredObject object) {
        return Envelope.read(object.file(), object.metadata());
    }

    private CompletionStage<DataKey> key(S3Arn file, Envelope envelope) {
        return opened.compute(
                file,
                (same, known) -> known != null && !known.isCompletedExceptionally()
                        ? known
                        : keys.unwrap(envelope.wrappedWith(key.of(file, envelope)))
                                .toCompletableFuture());
    }

    /** Wipes the data keys, also those that are still on their way; nothing can be read afterwards. */
    @Override
    public void close() {
        opened.values().forEach(key -> key.thenAccept(DataKey::close));
    }

    /** Which key opens encrypted files. */
    public sealed interface KeyChoice {
        /** The one that a caller named, or none: then files must not be encrypted. */
        record Named(Optional<KeyArn> key) implements KeyChoice {}

        /** The one that each file names; for files that this program's own records name. */
        record AsTheFileSays() implements KeyChoice {}

        private void check(S3Arn file, boolean encrypted) {
            if (this instanceof Named named && encrypted != named.key().isPresent()) {
                throw (encrypted
                                ? BackupError.FILE_ENCRYPTED.problem(file)
                                : BackupError.FILE_NOT_ENCRYPTED.problem(file))
                        .asException();
            }
        }

        private KeyArn of(S3Arn file, Envelope envelope) {
            return this instanceof Named named
                    ? named.key().orElseThrow(() -> BackupError.FILE_ENCRYPTED.problem(file).asException())
                    : envelope.key(file);
        }
    }
}
