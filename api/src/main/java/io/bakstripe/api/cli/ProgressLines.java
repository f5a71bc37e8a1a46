package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** One line for every change of the percentage or the lifecycle: for log files. */
final class ProgressLines implements ProgressView {
    private final PrintWriter err;
    private String last = "";

    ProgressLines(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void show(JsonNode document) {
        String line = "task %d %s %d%%"
                .formatted(
                        document.path("task_id").asLong(),
                        document.path("lifecycle").asText(),
                        document.path("% complete").asInt());
        if (!line.equals(last)) {
            last = line;
            err.println(line);
            err.flush();
        }
    }
}
