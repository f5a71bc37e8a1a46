package io.bakstripe.worker.stripe;

/** What a worker has under way right now; nothing of it survives a restart. */
enum StripeActivity {
    NONE,
    /** Waiting for the id of the upload. */
    BEGINNING,
    STREAMING_DATA,
    COMPARING_DATA,
    STREAMING_CLOSING,
    STORING_TRAILER,
    COMPARING_ALL,
    PUBLISHING,
    ABORTING;

    /** True for what goes on after the engine's stop. */
    boolean closing() {
        return this == STREAMING_CLOSING || this == STORING_TRAILER || this == COMPARING_ALL;
    }
}
