/** The worker of one stripe: its recorded state, its decisions, and the stream that reads, packs, compresses and stores with back-pressure. */
@NullMarked
package io.bakstripe.worker.stripe;

import org.jspecify.annotations.NullMarked;
