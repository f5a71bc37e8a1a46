package io.bakstripe.worker.stripe;

import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import io.bakstripe.worker.spool.Spool;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * The permits of one stream: each belongs to the stream until its part is on its way to the store, and whatever belongs to the stream when it ends is
 * given back. Thread-safe.
 */
final class PartPermits {
    private final PartSpace space;
    private final Set<Permit> held = new HashSet<>();
    private final Set<CompletableFuture<Permit>> waiting = new HashSet<>();
    private boolean closed;

    PartPermits(PartSpace space) {
        this.space = space;
    }

    /** Completes when there is room for a part of that size and its slack; is cancelled when the stream ends before. */
    CompletableFuture<PartRoom> room(long targetBytes) {
        long bytes = targetBytes + PartAssembler.SLACK_BYTES;
        Optional<Spool> spool = space.spoolFor(targetBytes);
        if (spool.isEmpty()) {
            return acquire(bytes).thenApply(permit -> new PartRoom(permit, Optional.empty()));
        }
        return acquire(spool.get().budget(), bytes)
                .thenCompose(permit ->
                        spool.get().create(permit).thenApply(file -> new PartRoom(permit, Optional.of(file))));
    }

    /** Completes when {@code bytes} may be held in memory; is cancelled when the stream ends before. */
    CompletableFuture<Permit> acquire(long bytes) {
        return acquire(space.memory(), bytes);
    }

    private CompletableFuture<Permit> acquire(ByteBudget budget, long bytes) {
        CompletableFuture<Permit> granted = budget.acquire(bytes);
        synchronized (this) {
            waiting.add(granted);
        }
        CompletableFuture<Permit> result = granted.thenApply(permit -> take(granted, permit));
        if (isClosed()) {
            granted.cancel(false);
        }
        return result;
    }

    /** Takes the permit away from the stream; whoever calls this must release it. False when the stream has ended and the permit is given back. */
    synchronized boolean handOver(Permit permit) {
        return held.remove(permit);
    }

    /** The stream has ended. */
    void close() {
        Set<CompletableFuture<Permit>> abandoned;
        Set<Permit> unused;
        synchronized (this) {
            closed = true;
            abandoned = Set.copyOf(waiting);
            unused = Set.copyOf(held);
            waiting.clear();
            held.clear();
        }
        abandoned.forEach(wait -> wait.cancel(false));
        unused.forEach(Permit::release);
    }

    private Permit take(CompletableFuture<Permit> granted, Permit permit) {
        synchronized (this) {
            waiting.remove(granted);
            if (!closed) {
                held.add(permit);
                return permit;
            }
        }
        permit.release();
        throw new CancellationException("the stream has ended");
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
