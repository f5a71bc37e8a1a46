package io.bakstripe.worker.store.aws;

/** A text that must not reach a log: {@link #toString()} masks it. */
public record Secret(String value) {
    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value.isEmpty() ? "(none)" : "***";
    }
}
