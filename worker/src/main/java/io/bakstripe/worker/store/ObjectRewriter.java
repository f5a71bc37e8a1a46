package io.bakstripe.worker.store;

import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Gives stored objects other user metadata: the store copies each onto itself, and its bytes never leave the store. Needs no action beyond those of row S1; backups and restores never do it. Fails as {@link
 * ObjectStore} does. Thread-safe.
 */
public interface ObjectRewriter {

    /**
     * Copies an object onto itself, in one step as its readers see it. Type, storage class and server-side encryption stay as they are.
     *
     * <p>After a failure the object has either its metadata or the new ones. Nothing else that was begun is left behind, unless the store could not be reached to say so.
     *
     * @param object as it was read; its etag is what the copy is held to
     * @param metadata all that it has then, names without {@code x-amz-meta-}
     * @param parts bytes of the parts in which it is copied where it is too large for one copy; in order, together the whole object
     * @return false when the store has another object of that key, or none; nothing was written then
     */
    CompletionStage<Boolean> rewrite(StoredObject object, Map<String, String> metadata, List<Long> parts);
}
