package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.StripeCommand.StripeGoal;

/** What a worker is to do next; decided from what is recorded, what is wanted and what is under way. */
enum StripeStep {
    /** Nothing but an answer. */
    REPORT,
    /** Record the intention and create the upload. */
    BEGIN,
    /** What was under way was cut by a restart: this attempt cannot go on. */
    INTERRUPTED,
    STREAM_CLOSING,
    PUBLISH,
    /** Ask the store to forget the upload. */
    ABORT,
    /** There is nothing to abort: record the end. */
    GIVE_UP;

    /**
     * @param failed this worker has reported a failure that only an abort ends
     * @param stopKnown the coordinator has told the set's closing facts
     */
    static StripeStep next(
            StripeState state, StripeGoal goal, StripeActivity activity, boolean failed, boolean stopKnown) {
        if (state.closed() || state.phase() == StripePhase.PUBLISHED || state.phase() == StripePhase.ABORTED) {
            return REPORT;
        }
        if (goal == StripeGoal.ABORT) {
            boolean answerPending = activity == StripeActivity.BEGINNING || activity == StripeActivity.ABORTING;
            if (answerPending) {
                return REPORT;
            }
            return state.uploadId().isPresent() ? ABORT : GIVE_UP;
        }
        if (failed || activity != StripeActivity.NONE) {
            return REPORT;
        }
        return switch (state.phase()) {
            case EMPTY -> goal == StripeGoal.STREAM ? BEGIN : INTERRUPTED;
            case INTENDED, STREAMING -> INTERRUPTED;
            case DRAINED -> drained(state, goal, stopKnown);
            case PREPARED -> goal == StripeGoal.PUBLISH ? PUBLISH : REPORT;
            case PUBLISHED, ABORTED -> REPORT;
        };
    }

    private static StripeStep drained(StripeState state, StripeGoal goal, boolean stopKnown) {
        if (state.closingBegun() || goal == StripeGoal.PUBLISH) {
            return INTERRUPTED;
        }
        return goal == StripeGoal.CLOSE && stopKnown ? STREAM_CLOSING : REPORT;
    }
}
