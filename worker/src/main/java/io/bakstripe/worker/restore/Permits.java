package io.bakstripe.worker.restore;

import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The permits that one download holds or waits for, so that none is lost when its stream ends early. Thread-safe. */
final class Permits implements AutoCloseable {
    private final ByteBudget budget;
    private final Set<CompletableFuture<Permit>> wishes = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Permits(ByteBudget budget) {
        this.budget = budget;
    }

    /** Completes once the bytes may be held; is cancelled when the download ends before. */
    CompletionStage<Held> acquire(long bytes) {
        CompletableFuture<Permit> wish = budget.acquire(bytes);
        wishes.add(wish);
        if (closed) {
            drop(wish);
        }
        return wish.thenApply(permit -> new Held(wish));
    }

    /** Gives back everything; what is acquired later is given back at once. */
    @Override
    public void close() {
        closed = true;
        wishes.forEach(this::drop);
    }

    private void drop(CompletableFuture<Permit> wish) {
        wishes.remove(wish);
        if (!wish.cancel(false) && !wish.isCompletedExceptionally()) {
            wish.join().release();
        }
    }

    /** Bytes that are held. */
    final class Held {
        private final CompletableFuture<Permit> wish;

        private Held(CompletableFuture<Permit> wish) {
            this.wish = wish;
        }

        void release() {
            drop(wish);
        }
    }
}
