package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.StripeCommand.StripeGoal;

/** What a worker is to do next; decided from what is recorded, what is wanted and what is under way. */
enum StripeStep {
    /** Nothing but an answer. */
    REPORT,
    /** Record the intention and create the upload. After a crash that hid the first one's id there may be an empty upload more. */
    BEGIN,
    /** What is wanted needs more than is recorded, and what is missing cannot be made any more: this attempt cannot go on. */
    INTERRUPTED,
    /** Go on with the data plan behind the last recorded part, then compare. */
    STREAM_DATA,
    /** Store the closing plan, or what is missing of it, then the trailer, then compare. */
    STREAM_CLOSING,
    /** Compare all parts, trailer included, with the store's list. */
    COMPARE_ALL,
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
        if (state.closed()) {
            return REPORT;
        }
        StripeStep step = wanted(state.phase(), goal);
        if (step == ABORT || step == GIVE_UP) {
            return activity.answerDecides() ? REPORT : step;
        }
        boolean waiting = (step == STREAM_CLOSING || step == COMPARE_ALL) && !stopKnown;
        return failed || waiting || activity != StripeActivity.NONE ? REPORT : step;
    }

    /** What leads from a phase to a goal when nothing is under way. */
    static StripeStep wanted(StripePhase phase, StripeGoal goal) {
        return switch (goal) {
            case STREAM ->
                switch (phase) {
                    case EMPTY, INTENDED -> BEGIN;
                    case STREAMING -> STREAM_DATA;
                    case DRAINED, COMPLETE, PREPARED, PUBLISHED, ABORTED -> REPORT;
                };
            case CLOSE ->
                switch (phase) {
                    // The engine's backup is stopped: no data may be read any more.
                    case EMPTY, INTENDED, STREAMING -> INTERRUPTED;
                    case DRAINED -> STREAM_CLOSING;
                    case COMPLETE -> COMPARE_ALL;
                    case PREPARED, PUBLISHED, ABORTED -> REPORT;
                };
            case PUBLISH ->
                switch (phase) {
                    case EMPTY, INTENDED, STREAMING, DRAINED, COMPLETE -> INTERRUPTED;
                    case PREPARED -> PUBLISH;
                    case PUBLISHED, ABORTED -> REPORT;
                };
            case ABORT ->
                switch (phase) {
                    case EMPTY, INTENDED -> GIVE_UP;
                    case STREAMING, DRAINED, COMPLETE, PREPARED -> ABORT;
                    case PUBLISHED, ABORTED -> REPORT;
                };
        };
    }

    /** The table of {@link #wanted} in Markdown. */
    static String table() {
        StringBuilder table =
                new StringBuilder("| recorded | STREAM | CLOSE | PUBLISH | ABORT |\n|---|---|---|---|---|\n");
        for (StripePhase phase : StripePhase.values()) {
            table.append("| ").append(phase).append(" |");
            for (StripeGoal goal : StripeGoal.values()) {
                table.append(' ').append(wanted(phase, goal)).append(" |");
            }
            table.append('\n');
        }
        return table.toString();
    }
}
