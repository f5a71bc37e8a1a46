package io.bakstripe.api.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Asks the server again and again until something has come about. A server that is away for a while, restarting for example, is waited for. */
final class Watch {
    private static final Duration INTERVAL = Duration.ofMillis(300);
    /** Unanswered questions in a row after which the watch gives up: a minute and a half at the least. */
    private static final int PATIENCE = 300;

    private final BooleanSupplier over;
    private final AtomicInteger unanswered = new AtomicInteger();

    private Watch(BooleanSupplier over) {
        this.over = over;
    }

    /**
     * Blocks until {@code over} says so; it is asked by one thread at a time. Throws {@link ApiRefusal} when the server refuses, or stays away for too long.
     */
    static void until(BooleanSupplier over) {
        Watch watch = new Watch(over);
        CompletableFuture<Void> end = new CompletableFuture<>();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused =
                    clock.scheduleWithFixedDelay(() -> watch.look(end), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            end.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof ApiRefusal refused ? refused : failed;
        } finally {
            clock.shutdownNow();
        }
    }

    private void look(CompletableFuture<Void> end) {
        try {
            boolean done = over.getAsBoolean();
            unanswered.set(0);
            if (done) {
                end.complete(null);
            }
        } catch (ApiRefusal refused) {
            if (!refused.transientFailure() || unanswered.incrementAndGet() > PATIENCE) {
                end.completeExceptionally(refused);
            }
        } catch (RuntimeException broken) {
            // An exception that leaves a scheduled task ends it silently: the caller would wait for ever.
            end.completeExceptionally(broken);
        }
    }
}
