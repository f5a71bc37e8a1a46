package io.bakstripe.worker.seal;

import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** A file of a store whose mode is known and whose key, where it has one, is at hand. Thread-safe. */
sealed interface OpenFile extends AutoCloseable permits PlainFile, CbcFile, GcmFile {

    /** As it was before it was encrypted: its size then, and the etag that the store's object has. */
    StoredObject plain();

    /**
     * Bytes as they were before.
     *
     * @param store which holds the file
     */
    CompletionStage<ByteBuffer> read(ObjectReader store, long offset, int length);

    /** As {@link ObjectReader#handyLength} has it. */
    default int handyLength(long offset, int most) {
        return most;
    }

    /** Wipes the key; nothing encrypted can be read afterwards. */
    @Override
    void close();
}
