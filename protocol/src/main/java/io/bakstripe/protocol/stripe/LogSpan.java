package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;

/**
 * What the log of a log backup covers. All times are of the server's clock, to the microsecond.
 *
 * @param chainFirstLsn where the unbroken chain of logs begins that this one belongs to
 * @param since nothing that was committed before this moment is in this log only: the fence of the log backup before, or the beginning of the chain
 * @param fence every moment up to this one is covered: behind it the log holds a commit of the backup's own
 * @param until nothing in this log was committed later
 */
public record LogSpan(Lsn chainFirstLsn, Instant since, Instant fence, Instant until) {}
