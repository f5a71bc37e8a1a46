package io.bakstripe.worker.stripe;

import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.spool.Spool;
import java.util.Optional;

/**
 * Where parts fill: in memory, under the node's byte budget, or, when they are large and the node has one, in its spool. A part never takes more than
 * half of either: beyond that it would have to wait for every other stripe.
 */
record PartSpace(ByteBudget memory, Optional<Spool> spool) {

    /** The size at which a part is full that is wanted to have {@code wanted} bytes. */
    int targetBytes(int wanted) {
        long most = wanted <= memoryMost() || spool.isEmpty()
                ? memoryMost()
                : Math.max(memoryMost(), half(spool.get().budget()));
        return (int) Math.min(wanted, most);
    }

    /** The spool, for parts of that size that belong there. */
    Optional<Spool> spoolFor(long targetBytes) {
        return spool.filter(any -> targetBytes > memoryMost());
    }

    private long memoryMost() {
        long most = half(memory);
        return spool.map(large -> Math.min(most, large.above())).orElse(most);
    }

    private static long half(ByteBudget budget) {
        return Math.max(Layout.MIN_PART_BYTES, budget.total() / 2 - PartAssembler.SLACK_BYTES);
    }
}
