package io.bakstripe.worker.session;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends one blocking, single-threaded resource of an engine to callers that may not block: operations run one after the other on the blocking
 * dispatcher, and a release breaks off the one that is running and closes the resource behind it. Thread-safe, never blocks.
 *
 * @param <R> the resource; opened by the first operation, closed once
 */
public final class EngineLease<R> {
    private final Executor blocking;
    private final Consumer<R> abort;
    private final Consumer<R> close;
    private CompletableFuture<?> tail = CompletableFuture.completedFuture(null);
    private @Nullable CompletableFuture<Void> released;
    private @Nullable R resource;

    /**
     * @param blocking where everything here runs
     * @param abort breaks off what another thread does with the resource
     * @param close gives it back
     */
    public EngineLease(Executor blocking, Consumer<R> abort, Consumer<R> close) {
        this.blocking = blocking;
        this.abort = abort;
        this.close = close;
    }

    /**
     * Runs {@code operation} once all earlier ones have ended, opening the resource first if nobody has. Fails with {@link CancellationException}
     * once the lease is released, otherwise as {@code opening} or {@code operation} fail; a failed operation leaves the resource open.
     */
    public synchronized <T> CompletionStage<T> use(Supplier<R> opening, Function<R, T> operation) {
        if (released != null) {
            return CompletableFuture.failedFuture(new CancellationException("released"));
        }
        CompletableFuture<T> result = afterTail().thenApplyAsync(ignored -> operation.apply(opened(opening)), blocking);
        tail = result;
        return result;
    }

    /** True while an operation runs or waits. */
    public synchronized boolean busy() {
        return !tail.isDone();
    }

    /** Breaks off, closes and refuses everything after; completes when the resource is closed. Repetitions return the same stage. */
    public synchronized CompletionStage<Void> release() {
        if (released != null) {
            return released;
        }
        R current = resource;
        CompletableFuture<Void> broken = current == null || tail.isDone()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> abort.accept(current), blocking);
        released = CompletableFuture.allOf(afterTail(), broken.handle((done, failed) -> null))
                .thenRunAsync(this::closeIfOpen, blocking);
        return released;
    }

    private CompletableFuture<Object> afterTail() {
        return tail.handle((done, failed) -> null);
    }

    private R opened(Supplier<R> opening) {
        synchronized (this) {
            if (released != null) {
                throw new CancellationException("released");
            }
            if (resource != null) {
                return resource;
            }
        }
        R fresh = opening.get();
        synchronized (this) {
            resource = fresh;
            if (released != null) {
                // The release came while this was being opened and closes it right after this operation.
                throw new CancellationException("released");
            }
        }
        return fresh;
    }

    private void closeIfOpen() {
        R open;
        synchronized (this) {
            open = resource;
            resource = null;
        }
        if (open != null) {
            close.accept(open);
        }
    }
}
