package io.bakstripe.worker.stripe;

/** What a worker has under way right now; nothing of it survives a restart. */
enum StripeActivity {
    NONE,
    /** Nothing new, but requests of what was broken off are still on their way. */
    SETTLING,
    /** Waiting for the id of the upload. */
    BEGINNING,
    STREAMING_DATA,
    COMPARING_DATA,
    MENDING_DATA,
    STREAMING_CLOSING,
    STORING_TRAILER,
    COMPARING_ALL,
    MENDING_CLOSING,
    PUBLISHING,
    ABORTING;

    /** True for what goes on after the engine's stop. */
    boolean closing() {
        return this == STREAMING_CLOSING || this == STORING_TRAILER || this == COMPARING_ALL || this == MENDING_CLOSING;
    }

    /** True when an abort has to wait for the answer, because that decides whether and how there is anything to abort. */
    boolean answerDecides() {
        return this == BEGINNING || this == PUBLISHING || this == ABORTING;
    }
}
