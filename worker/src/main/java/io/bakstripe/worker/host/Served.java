package io.bakstripe.worker.host;

import java.time.Instant;
import java.util.Optional;

/**
 * Which of a database's two places is served, as {@code served.json} holds it.
 *
 * @param aside whether it is the place beside; otherwise the database's own
 * @param kept what is said of the other place; while it is absent nothing there counts
 */
record Served(boolean aside, Optional<Kept> kept) {
    /** Of a database that was never replaced. */
    static final Served OWN = new Served(false, Optional.empty());

    Served {
        kept = kept == null ? Optional.empty() : kept;
    }

    /**
     * @param since when the other place ceased to be served
     * @param by the attempt that was put in its place, an {@code AttemptRef.entityId()}; empty after a swap back
     */
    record Kept(Instant since, String by) {}
}
