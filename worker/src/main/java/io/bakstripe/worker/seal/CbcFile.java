package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.envelope.CbcStream;
import io.bakstripe.worker.key.envelope.CbcStream.Piece;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.DamagedStreamException;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Mode 1, encryption-only: one stream of AES-256-CBC, which the object's metadata tell of; {@code docs/format.md}, part 5.1. */
final class CbcFile implements OpenFile {
    private final StoredObject plain;
    private final CipherBlock iv;
    private final DataKey key;
    private final Executor executor;

    private CbcFile(StoredObject plain, CipherBlock iv, DataKey key, Executor executor) {
        this.plain = plain;
        this.iv = iv;
        this.key = key;
        this.executor = executor;
    }

    /**
     * Opens it. Fails with {@code ENVELOPE_DAMAGED} or {@code ENVELOPE_FOREIGN} for its metadata, with {@code FILE_TRUNCATED} where it does not end as a stream does, which a wrong key
     * shows, too, and as the unwrapping fails.
     */
    static CompletionStage<CbcFile> open(ObjectReader store, KeyUse keys, StoredObject object, Executor executor) {
        Envelope envelope = Envelope.read(object.file(), object.metadata());
        return keys.withKey(
                object.file(),
                envelope,
                key -> plainSize(store, object, envelope.iv(), key)
                        .thenApply(size -> new StoredObject(object.file(), size, object.etag(), object.metadata()))
                        .thenApply(plain -> new CbcFile(plain, envelope.iv(), key, executor))
                        .thenCompose(file -> file.judged(store)));
    }

    /** The last block tells how long the file was, and whether the key is the right one. */
    private static CompletionStage<Long> plainSize(
            ObjectReader store, StoredObject object, CipherBlock iv, DataKey key) {
        long blocks = object.size() / CipherBlock.BYTES;
        if (blocks == 0 || object.size() % CipherBlock.BYTES != 0) {
            throw BackupError.FILE_TRUNCATED.problem(object.file()).asException();
        }
        long from = Math.max(0, object.size() - 2L * CipherBlock.BYTES);
        return store.read(object, from, (int) (object.size() - from)).thenApply(end -> {
            CipherBlock before = blocks == 1 ? iv : block(end);
            ByteBuffer last = ByteBuffer.allocate(CipherBlock.BYTES);
            try {
                CbcStream.open(key, before, end, Piece.LAST, last);
            } catch (DamagedStreamException wrong) {
                throw BackupError.FILE_TRUNCATED.problem(object.file()).asException(wrong);
            }
            return object.size() - CipherBlock.BYTES + last.position();
        });
    }

    /** Inside may be a file of mode 1, or a plain one that somebody encrypted. One that is sealed once more would be taken for authenticated, which it is not. */
    private CompletionStage<CbcFile> judged(ObjectReader store) {
        return Preambles.find(plain, (offset, length) -> read(store, offset, length))
                .thenApply(preamble -> {
                    if (preamble.isPresent() && preamble.get().mode() == Mode.AUTHENTICATED) {
                        throw BackupError.ENVELOPE_FOREIGN
                                .problem(plain.file(), "what it holds is encrypted once more")
                                .asException();
                    }
                    return this;
                });
    }

    @Override
    public StoredObject plain() {
        return plain;
    }

    @Override
    public CompletionStage<ByteBuffer> read(ObjectReader store, long offset, int length) {
        long firstBlock = offset - offset % CipherBlock.BYTES;
        long from = Math.max(0, firstBlock - CipherBlock.BYTES);
        long end = roundedUp(offset + length);
        return store.read(plain, from, Math.toIntExact(end - from))
                .thenApplyAsync(
                        stored -> {
                            CipherBlock before = firstBlock == 0 ? iv : block(stored);
                            return opened(before, stored).slice((int) (offset - firstBlock), length);
                        },
                        executor);
    }

    private ByteBuffer opened(CipherBlock before, ByteBuffer sealed) {
        ByteBuffer into = ByteBuffer.allocate(sealed.remaining());
        try {
            CbcStream.open(key, before, sealed, Piece.INNER, into);
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

    @Override
    public void close() {
        key.close();
    }
}
