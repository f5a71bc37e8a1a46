package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a database that is RESTORING has come.
 *
 * @param position the first LSN that it has not got, or that it is not to be rolled forward to
 * @param lastCommit by the server's clock: the latest moment at which anything before the position was committed; absent where nobody knows
 * @param stopped true when the step had a point in time at which to stop and the log reaches it; the position is the commit that is left out
 */
public record RolledTo(Lsn position, Optional<Instant> lastCommit, boolean stopped) {}
