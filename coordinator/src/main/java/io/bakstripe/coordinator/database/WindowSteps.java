package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.coordinator.sequence.InstanceRules;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceDefinition;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the windows of the instance do to a backup (row L10): one that runs while the daily backup window is open, or whose turn comes then, is
 * cancelled; one whose turn comes in the maintenance window ends in ERROR. Past its commit point a backup goes on to its end, and restores are
 * not touched, nor are snapshots, which are what the daily window is for. The windows are those of the time at which the call was checked, like everything else that a task knows of its instance.
 */
final class WindowSteps {
    /** Stands in the journal where a caller's login would. */
    private static final String NOBODY = "bakstripe";

    private static final Set<TaskPhase> RUNNING = EnumSet.of(
            TaskPhase.OPENING, TaskPhase.STREAMING, TaskPhase.STOPPING, TaskPhase.CLOSING, TaskPhase.ROLLING_BACK);

    private WindowSteps() {}

    /** What is to be recorded because a window is open; empty when the task may go on. */
    static List<DatabaseEvent> due(TaskState task, Live live, Instant now) {
        boolean turn = task.phase() == TaskPhase.WAITING && live.slot().equals(Optional.of(task.id()));
        boolean concerned = task.backup() && !task.snapshot() && (turn || RUNNING.contains(task.phase()));
        if (!concerned || task.cancellation().isPresent() || task.doomed()) {
            return List.of();
        }
        InstanceDefinition instance = task.origin().view().definition();
        Optional<Problem> overlap = InstanceRules.overlap(instance, now);
        if (overlap.isPresent()) {
            return cancel(task, live, overlap.get(), now);
        }
        return turn
                ? InstanceRules.maintenance(instance, now)
                        .map(problem -> Steps.end(task, live, TaskEnd.error(problem), now))
                        .orElse(List.of())
                : List.of();
    }

    private static List<DatabaseEvent> cancel(TaskState task, Live live, Problem overlap, Instant now) {
        CancelRequested requested =
                new CancelRequested(task.id(), NOBODY, Optional.empty(), now, Optional.of(overlap.asTaskInfo()));
        if (task.phase() != TaskPhase.WAITING) {
            return List.of(requested);
        }
        // Nothing was begun: request and end are recorded together.
        List<DatabaseEvent> end = Steps.end(task.apply(requested), live, TaskEnd.CANCELLED, now);
        return Stream.concat(Stream.of(requested), end.stream()).toList();
    }
}
