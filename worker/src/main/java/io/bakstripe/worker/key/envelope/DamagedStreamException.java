package io.bakstripe.worker.key.envelope;

/** What was read is not what was encrypted with this key. */
public final class DamagedStreamException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedStreamException(String message) {
        super(message);
    }
}
