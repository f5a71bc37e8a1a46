package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.PrintWriter;

/** Watches one task until it ends, as {@link Watch} does. */
public final class TaskWatch {
    private final ApiClient client;
    private final long task;
    private final ProgressView view;

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
        try {
            Watch.until(this::ended);
        } finally {
            view.close();
        }
    }

    private boolean ended() {
        JsonNode document = client.task(task);
        view.show(document);
        return Lifecycle.valueOf(document.path("lifecycle").asText()).ended();
    }
}
