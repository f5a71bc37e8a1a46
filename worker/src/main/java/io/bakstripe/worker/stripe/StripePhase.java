package io.bakstripe.worker.stripe;

/** How far a stripe's journal has got. */
enum StripePhase {
    /** Nothing is recorded. */
    EMPTY,
    /** An upload may exist, its id is not known. */
    INTENDED,
    /** The upload exists; data parts are being stored. */
    STREAMING,
    /** The whole data plan is stored and compared; closing parts may be stored. */
    DRAINED,
    /** All parts and the trailer are stored, but not yet compared. */
    COMPLETE,
    /** Only the completion is missing. */
    PREPARED,
    PUBLISHED,
    ABORTED
}
