package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Predicate;

/** Watches one snapshot, as {@link Watch} does, with a line for every change of its state. */
final class SnapshotWatch {
    private final ApiClient client;
    private final String instance;
    private final String id;
    private final Optional<PrintWriter> err;
    private volatile Optional<JsonNode> seen = Optional.empty();
    private String last = "";

    /** @param err where lines go; absent when nobody is to see them */
    SnapshotWatch(ApiClient client, String instance, String id, Optional<PrintWriter> err) {
        this.client = client;
        this.instance = instance;
        this.id = id;
        this.err = err;
    }

    /** Blocks until the snapshot is as asked for, or is not listed; gives it as it is listed then. Throws {@link ApiRefusal} as {@link Watch#until} does. */
    Optional<JsonNode> until(Predicate<JsonNode> enough) {
        Watch.until(() -> {
            seen = listed();
            seen.ifPresent(this::show);
            return seen.map(enough::test).orElse(true);
        });
        return seen;
    }

    private Optional<JsonNode> listed() {
        return client.snapshots(instance).stream()
                .filter(snapshot -> snapshot.path("id").asText().equals(id))
                .findFirst();
    }

    private void show(JsonNode snapshot) {
        String line = "snapshot %s %s".formatted(id, snapshot.path("state").asText());
        if (!line.equals(last)) {
            last = line;
            err.ifPresent(lines -> {
                lines.println(line);
                lines.flush();
            });
        }
    }
}
