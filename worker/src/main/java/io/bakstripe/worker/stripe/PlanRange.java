package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.util.Optional;

/**
 * A run of a stripe's plan.
 *
 * @param until where it ends, the byte there not included; empty for the end of the plan
 */
record PlanRange(Position from, Optional<Position> until) {

    /** All of the plan from {@code from} on. */
    static PlanRange from(Position from) {
        return new PlanRange(from, Optional.empty());
    }

    /** True when nothing of the run is left at {@code position}. */
    boolean endsAt(Position position) {
        return until.filter(end -> !before(position, end)).isPresent();
    }

    /** {@code position}, or the end where that comes first. */
    Position atMost(Position position) {
        return until.filter(end -> before(end, position)).orElse(position);
    }

    /** True when something of the extent with this number is in the run. */
    boolean reaches(long extent) {
        return !endsAt(new Position(from.plan(), extent, 0));
    }

    /** The byte of an extent, counted from its own beginning, at which the run ends; its length when the run goes beyond. */
    long end(long number, Extent extent) {
        return until.filter(end -> end.extent() == number)
                .map(end -> Math.min(end.offset(), extent.length()))
                .orElse(extent.length());
    }

    /**
     * What a reader has to be asked for to get the bytes {@code from} to {@code end} of an extent. Engines validate log segments and the control file
     * by their first bytes and as wholes, so these are always read from their beginning, and what is not wanted is dropped.
     */
    static Extent asked(Extent extent, long from, long end) {
        return extent.kind() == ExtentKind.FILE
                ? Extent.file(extent.path(), extent.offset() + from, end - from)
                : extent;
    }

    private static boolean before(Position one, Position other) {
        return one.extent() < other.extent() || (one.extent() == other.extent() && one.offset() < other.offset());
    }
}
