package io.bakstripe.worker.key;

import io.bakstripe.worker.store.StoreAccess;

/** The key service as each instance may use it: with the rights that it has at the store, the node's own or those of its option's role. Thread-safe. */
@FunctionalInterface
public interface KeyServices {

    /** The service for this access; nothing is sent, and nothing refused, before its first call. It is not to be closed. */
    KeyService of(StoreAccess access);

    /** None at all. */
    static KeyServices none() {
        NoKeyService none = new NoKeyService();
        return access -> none;
    }
}
