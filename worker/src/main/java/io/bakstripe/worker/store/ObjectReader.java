package io.bakstripe.worker.store;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What reads objects of a store. Stages fail as those of {@link ObjectStore} do. Thread-safe; no call blocks. */
public interface ObjectReader {

    /** The same on behalf of {@code scope}, as {@link ObjectStore#within} has it. */
    ObjectReader within(RequestScope scope);

    /** The object's facts; empty when there is none of that key. */
    CompletionStage<Optional<StoredObject>> head(S3Arn file);

    /**
     * Objects whose key begins with {@code prefix}, in order of keys.
     *
     * @param limit at most this many; {@code limit + 1} tells a caller that there are more than it can use
     */
    CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit);

    /**
     * A range of an object as it was when {@code etag} was read.
     *
     * <p>Fails with {@code FILE_CHANGED} when the object has another etag now or is gone, with {@code STORE_UNREACHABLE} when fewer bytes than asked
     * for arrive and the retry budget is spent.
     */
    CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length);

    /**
     * How much of an object is best read at once from here on: at most {@code most} bytes, and fewer where a longer range would be opened in part only, and that part again with the next range.
     */
    default int handyLength(StoredObject object, long offset, int most) {
        return most;
    }
}
