package io.bakstripe.worker.stripe;

import io.bakstripe.worker.budget.ByteBudget.Permit;
import io.bakstripe.worker.spool.SpoolFile;
import java.util.Optional;

/**
 * Room for one part.
 *
 * @param permit whose release gives it back, and removes the file
 * @param file what the part is written to; empty when it is kept in memory
 */
record PartRoom(Permit permit, Optional<SpoolFile> file) {}
