package io.bakstripe.worker.seal;

import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** A file that is not encrypted, a backup or anything else. */
record PlainFile(StoredObject plain) implements OpenFile {
    @Override
    public CompletionStage<ByteBuffer> read(ObjectReader store, long offset, int length) {
        return store.read(plain, offset, length);
    }

    @Override
    public void close() {
        // There is no key.
    }
}
