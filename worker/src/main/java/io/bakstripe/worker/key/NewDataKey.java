package io.bakstripe.worker.key;

/** A data key that was just made, in both forms; the plain one is its receiver's to close. */
public record NewDataKey(DataKey plain, WrappedKey wrapped) implements AutoCloseable {
    @Override
    public void close() {
        plain.close();
    }
}
