package io.bakstripe.worker.budget;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A node's budget for bytes that are held between database and store, shared by all its stripes and restores: who wants to hold bytes acquires
 * them first and waits, first come first served, while too many are held. Thread-safe, never blocks.
 */
public final class ByteBudget {
    private final long total;
    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private long free;

    /** @param totalBytes more than 0 */
    public ByteBudget(long totalBytes) {
        if (totalBytes <= 0) {
            throw new IllegalArgumentException("budget must be positive: " + totalBytes);
        }
        this.total = totalBytes;
        this.free = totalBytes;
    }

    /** Bytes that nobody holds now. */
    public synchronized long free() {
        return free;
    }

    public long total() {
        return total;
    }

    /**
     * Completes once {@code bytes} may be held. A wish larger than the whole budget is cut to it, so that it can be met at all.
     *
     * <p>A caller that gives up while waiting completes or cancels the future it was given and needs to do no more.
     *
     * @param bytes 0 or more
     */
    public CompletableFuture<Permit> acquire(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: " + bytes);
        }
        long wish = Math.min(bytes, total);
        CompletableFuture<Permit> granted = new CompletableFuture<>();
        synchronized (this) {
            waiting.addLast(new Waiter(wish, granted));
        }
        serve();
        // Whoever waits behind one that gives up may fit into what is free already.
        granted.whenComplete((permit, failure) -> {
            if (permit == null) {
                serve();
            }
        });
        return granted;
    }

    private void serve() {
        while (true) {
            Waiter next;
            synchronized (this) {
                next = waiting.peekFirst();
                if (next == null || (!next.granted().isDone() && next.bytes() > free)) {
                    return;
                }
                waiting.removeFirst();
                if (next.granted().isDone()) {
                    continue;
                }
                free -= next.bytes();
            }
            Permit permit = new Permit(next.bytes());
            // Outside the lock: whoever waits may run at once on this thread.
            if (!next.granted().complete(permit)) {
                permit.release();
            }
        }
    }

    private void giveBack(long bytes) {
        synchronized (this) {
            free += bytes;
        }
        serve();
    }

    private record Waiter(long bytes, CompletableFuture<Permit> granted) {}

    /** Bytes that are held; released once, repetitions do nothing. */
    public final class Permit {
        private long bytes;
        private boolean released;
        private Consumer<Runnable> cleanup = Runnable::run;

        private Permit(long bytes) {
            this.bytes = bytes;
        }

        /**
         * Lets {@link #release} give the bytes back only once what they stand for is gone. When it was released already, {@code action} runs at once.
         *
         * @param action is run once with what gives the bytes back, which it runs in the end, whatever happens
         */
        public void beforeRelease(Consumer<Runnable> action) {
            synchronized (this) {
                if (!released) {
                    cleanup = action;
                    return;
                }
            }
            action.accept(() -> {});
        }

        public void release() {
            long held;
            Consumer<Runnable> last;
            synchronized (this) {
                if (released) {
                    return;
                }
                released = true;
                held = bytes;
                bytes = 0;
                last = cleanup;
            }
            last.accept(() -> giveBack(held));
        }
    }
}
