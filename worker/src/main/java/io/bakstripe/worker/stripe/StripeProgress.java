package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.name.StripeRef;
import java.time.InstantSource;
import java.util.Optional;

/** How far a stripe is, as its reports say it. */
final class StripeProgress {
    /** Reports come at least at every such fraction of the data. */
    private static final int STEPS = 20;

    private final StripeRef stripe;
    private final String node;
    private final InstantSource clock;
    private final RateMeter rate = new RateMeter();
    private long reportedStep;
    private long most;

    StripeProgress(StripeRef stripe, String node, InstantSource clock) {
        this.stripe = stripe;
        this.node = node;
        this.clock = clock;
    }

    /** A part was recorded; true when that crossed a step that is to be reported. */
    boolean recorded(StripeState state, long dataBytes) {
        long done = bytesDone(state, dataBytes);
        rate.reached(done, clock.instant());
        long step = dataBytes == 0 ? STEPS : done * STEPS / dataBytes;
        boolean crossed = step > reportedStep;
        reportedStep = Math.max(step, reportedStep);
        return crossed;
    }

    /** @param passing a problem that will be tried again; shown when there is no failure */
    StripeReport report(StripeState state, Tick tick, StripeWork work, Optional<Problem> passing) {
        return new StripeReport(
                stripe,
                tick.epoch(),
                shown(state, work),
                node,
                bytesDone(state, tick.spec().map(StripeSpec::dataBytes).orElse(Long.MAX_VALUE)),
                state.parts().storedBytes(),
                rate.bytesPerSecond(clock.instant()),
                work.statements(),
                state.resumed(),
                state.closed() ? Optional.empty() : work.failure().or(() -> passing),
                state.parts().damage());
    }

    /**
     * Files may have shrunk or vanished since they were listed: a drained plan is done whatever was found. A part that was made again may hold less than
     * before, but what was once reported stays done.
     */
    private long bytesDone(StripeState state, long dataBytes) {
        boolean known = dataBytes < Long.MAX_VALUE;
        most = Math.max(
                most,
                state.dataParts() > 0 && known
                        ? dataBytes
                        : Math.min(dataBytes, state.parts().plainBytes()));
        return most;
    }

    private static DatabaseCommand.StripeState shown(StripeState state, StripeWork work) {
        if (state.phase() == StripePhase.PUBLISHED) {
            return DatabaseCommand.StripeState.PUBLISHED;
        }
        if (state.phase() == StripePhase.ABORTED) {
            return DatabaseCommand.StripeState.ABORTED;
        }
        if (work.failure().isPresent()) {
            return DatabaseCommand.StripeState.FAILED;
        }
        return switch (state.phase()) {
            case STREAMING -> DatabaseCommand.StripeState.STREAMING;
            case DRAINED ->
                work.activity().closing() || state.closingBegun()
                        ? DatabaseCommand.StripeState.CLOSING
                        : DatabaseCommand.StripeState.DRAINED;
            case COMPLETE -> DatabaseCommand.StripeState.CLOSING;
            case PREPARED -> DatabaseCommand.StripeState.PREPARED;
            default -> DatabaseCommand.StripeState.STARTING;
        };
    }
}
