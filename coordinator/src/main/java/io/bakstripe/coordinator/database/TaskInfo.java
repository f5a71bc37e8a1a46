package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.Damage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The lines of {@code task_info}. */
final class TaskInfo {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    static final String CANCELLED = "Task has been cancelled.";

    private TaskInfo() {}

    static String line(Instant at, String message) {
        return "[" + TIME.format(at) + "] " + message;
    }

    static List<String> append(List<String> lines, Instant at, List<String> messages) {
        return Stream.concat(lines.stream(), messages.stream().map(message -> line(at, message)))
                .toList();
    }

    /**
     * What is said when the task is to be cancelled.
     *
     * @param phase in which the request came
     * @param doomed whether the attempt had failed for good by then
     */
    static String cancelRequested(TaskPhase phase, boolean doomed) {
        if (phase == TaskPhase.PUBLISHING) {
            return "The request to cancel the task came after its commit point: the task goes on to its end.";
        }
        return doomed
                ? "The request to cancel the task came after it had failed."
                : "Task cancellation has been requested.";
    }

    /** What is said when damaged pages are backed up all the same. */
    static String damaged(Damage damage) {
        return "Warning: %d damaged page(s) are backed up as they are, because continue_after_error is 1: %s. The set is marked as damaged and serves as no base."
                .formatted(damage.pages(), damage.summary());
    }

    /** What a restore says whose initial snapshot was not taken. */
    static String initialSnapshotFailed(String why) {
        return "Warning: the initial snapshot of the restored database could not be taken: " + why;
    }

    /**
     * What the restore of a snapshot says that has dropped databases of its target (row D2); nothing where it has dropped none. After a restart in the middle of it those
     * that were dropped before are not named any more: nothing but their own coordinators' logs remembers for whom they were dropped.
     */
    static List<String> partialDropped(InstanceName instance, List<DatabaseName> dropped) {
        String names = dropped.stream().map(DatabaseName::toString).collect(Collectors.joining(", "));
        return dropped.isEmpty()
                ? List.of()
                : List.of("Dropped partially restored database(s) of instance '%s': %s".formatted(instance, names));
    }

    static String uploadsLeft(List<Integer> stripes) {
        return "The object store has not confirmed that the uploads of stripe(s) %s are gone; they are aborted further."
                .formatted(stripes.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    /** What is said when an attempt begins; the reference's words for the first one. */
    static List<String> starting(TaskRequest request, int attempt, List<S3Arn> files) {
        List<String> lines = new ArrayList<>();
        lines.add(attempt == 1 ? "Task execution has started." : "Attempt " + attempt + " has started.");
        if (files.size() > 1) {
            String keys = files.stream().map(S3Arn::key).collect(Collectors.joining(", "));
            lines.add("%s task will initiate a multi-file task with %d file(s).  The files are: %s."
                    .formatted(request.taskType(), files.size(), keys));
        }
        return List.copyOf(lines);
    }
}
