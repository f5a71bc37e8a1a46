package io.bakstripe.worker.restore;

import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** Where the bytes of backup files come from: an object store, or files of this host. Thread-safe. */
@FunctionalInterface
public interface RangeSource {
    /** These bytes of the object as it was when it was looked up, exactly as many; fails as {@code ObjectStore.read} does. */
    CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length);
}
