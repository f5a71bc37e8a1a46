package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Shows how a task goes on. Used by one thread at a time. */
interface ProgressView extends AutoCloseable {
    /** Shows nothing. */
    ProgressView NONE = document -> {};

    /** Shows the task as its document says it stands. */
    void show(JsonNode document);

    /** Leaves the screen in order. */
    @Override
    default void close() {}

    /** Bars for a person at a terminal, otherwise a line for every change of the percentage or the lifecycle. */
    static ProgressView on(PrintWriter err, boolean terminal) {
        return terminal ? new ProgressBars() : new ProgressLines(err);
    }
}
