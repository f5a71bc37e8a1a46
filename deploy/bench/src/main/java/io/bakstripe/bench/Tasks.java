package io.bakstripe.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tasks of a node, as an administrator would run them. */
final class Tasks {
    /** As often as an administrator would look: what the looking costs is measured too. The task itself says when it ended. */
    private static final long LOOK_MILLIS = 1_000;

    private Tasks() {}

    /** Submits a task, waits for its success and gives its document; throws {@link IllegalStateException} when it fails. */
    static JsonNode run(BenchNode node, String procedure, Map<String, ?> arguments) {
        return awaitSuccess(
                node, node.client().submit(procedure, arguments).taskId().value());
    }

    /** Waits for a task that was submitted. */
    static JsonNode awaitSuccess(BenchNode node, long id) {
        ApiClient client = node.client();
        JsonNode task = client.task(id);
        while (!task.hasNonNull("endedAt")) {
            pause(LOOK_MILLIS);
            task = client.task(id);
        }
        if (!task.path("lifecycle").asText().equals(Lifecycle.SUCCESS.name())) {
            throw new IllegalStateException("task " + id + " ended in "
                    + task.path("lifecycle").asText() + ": "
                    + task.path("task_info").asText());
        }
        return task;
    }

    /** A full backup of the sample database. */
    static Map<String, ?> backup(BenchNode node, String database, int stripes) {
        return Map.of(
                "source_db_name",
                database,
                "s3_arn_to_backup_to",
                "arn:aws:s3:::" + node.bucket() + "/bench-*.bak",
                "number_of_files",
                stripes,
                "overwrite_s3_backup_file",
                1);
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
