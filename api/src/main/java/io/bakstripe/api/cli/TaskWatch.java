package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Watches one task until it ends. A server that is away for a while, restarting for example, is waited for. */
public final class TaskWatch {
    private static final Duration INTERVAL = Duration.ofMillis(300);
    /** Unanswered questions in a row after which the watch gives up: a minute and a half at the least. */
    private static final int PATIENCE = 300;

    private final ApiClient client;
    private final long task;
    private final ProgressView view;
    private final AtomicInteger unanswered = new AtomicInteger();

    /**
     * Shows a task's progress until it has ended; throws {@link ApiRefusal} as {@link #untilEnd} does.
     *
     * @param terminal whether a person watches: bars are drawn instead of lines
     */
    public static void follow(ApiClient client, long task, PrintWriter out, boolean terminal) {
        new TaskWatch(client, task, ProgressView.on(out, terminal)).untilEnd();
    }

    TaskWatch(ApiClient client, long task, ProgressView view) {
        this.client = client;
        this.task = task;
        this.view = view;
    }

    /** Blocks until the task has ended. Throws {@link ApiRefusal} when the server refuses, or stays away for too long. */
    void untilEnd() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused = clock.scheduleWithFixedDelay(() -> look(end), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            end.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof ApiRefusal refused ? refused : failed;
        } finally {
            clock.shutdownNow();
            view.close();
        }
    }

    private void look(CompletableFuture<Void> end) {
        try {
            JsonNode document = client.task(task);
            unanswered.set(0);
            view.show(document);
            if (Lifecycle.valueOf(document.path("lifecycle").asText()).ended()) {
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
