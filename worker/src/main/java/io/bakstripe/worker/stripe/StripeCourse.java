package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.store.ObjectStore.Upload;

/** Sets in motion what follows, where nothing has to be recorded first: from a step that was decided, or from what has just ended. */
final class StripeCourse {
    private final StripeWork work;

    StripeCourse(StripeWork work) {
        this.work = work;
    }

    /** Takes a step; those that are recorded first are not taken here. */
    void take(StripeStep step, StripeState state, Tick tick) {
        switch (step) {
            case STREAM_DATA -> work.stream(StripeActivity.STREAMING_DATA, state, spec(tick));
            case STREAM_CLOSING -> work.stream(StripeActivity.STREAMING_CLOSING, state, spec(tick));
            case COMPARE_ALL -> work.compare(StripeActivity.COMPARING_ALL, state, upload(state));
            case PUBLISH -> work.publish(intended(state), state, upload(state));
            case ABORT -> work.abort(intended(state), state, upload(state));
            case REPORT, BEGIN, INTERRUPTED, GIVE_UP -> {
                // Nothing, or something that is recorded.
            }
        }
    }

    /** Goes on behind a stream of parts that has ended well. */
    void follow(StripeActivity ended, StripeState state, Tick tick) {
        switch (ended) {
            case STREAMING_DATA -> work.compare(StripeActivity.COMPARING_DATA, state, upload(state));
            case STREAMING_CLOSING -> work.storeTrailer(state, spec(tick), stop(tick));
            case STORING_TRAILER -> work.compare(StripeActivity.COMPARING_ALL, state, upload(state));
            case MENDING_DATA, MENDING_CLOSING -> mendNext(ended, state, tick);
            default -> throw new IllegalStateException("nothing follows " + ended);
        }
    }

    /** Stores parts again that a comparison has found different. */
    void mend(Mending.Needed needed, StripeState state, Tick tick) {
        work.mend(needed);
        mendNext(needed.trailer() ? StripeActivity.MENDING_CLOSING : StripeActivity.MENDING_DATA, state, tick);
    }

    private void mendNext(StripeActivity kind, StripeState state, Tick tick) {
        if (work.mendNext(kind, state, spec(tick))) {
            return;
        }
        if (kind == StripeActivity.MENDING_DATA) {
            work.compare(StripeActivity.COMPARING_DATA, state, upload(state));
        } else {
            work.storeTrailer(state, spec(tick), stop(tick));
        }
    }

    private static StripeSpec spec(Tick tick) {
        return tick.spec().orElseThrow();
    }

    private static StopFacts stop(Tick tick) {
        return tick.stop().orElseThrow();
    }

    private static UploadIntended intended(StripeState state) {
        return state.intended().orElseThrow();
    }

    private static Upload upload(StripeState state) {
        return state.upload().orElseThrow();
    }
}
