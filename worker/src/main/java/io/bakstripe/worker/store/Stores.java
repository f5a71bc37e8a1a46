package io.bakstripe.worker.store;

/** The object store as each instance may use it: with the node's own rights, or those of the role that the instance's option names (row S3). Thread-safe. */
@FunctionalInterface
public interface Stores {

    /**
     * The store for this access. Nothing is sent, and nothing refused, before its first call: then a role that cannot be assumed fails each call with
     * {@code STS_UNREACHABLE} after the budget of repetitions, or at once with {@code ACCESS_DENIED}. It shares connections with all others and is not
     * to be closed.
     */
    ObjectStore of(StoreAccess access);

    /** One store for everybody. */
    static Stores only(ObjectStore store) {
        return access -> store;
    }
}
