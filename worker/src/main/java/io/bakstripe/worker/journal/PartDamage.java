package io.bakstripe.worker.journal;

import io.bakstripe.protocol.stripe.Damage;

/**
 * The damaged pages in one part, as snapshots keep them.
 *
 * @param number of the part
 */
public record PartDamage(int number, Damage damage) {}
