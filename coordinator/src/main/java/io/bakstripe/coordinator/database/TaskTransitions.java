package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import java.util.List;

/**
 * The life of a task as one declared table: which event leads from which phase to which.
 *
 * <p>The event handler asks it for every event, so that a sequence that is not written here can neither be recorded nor replayed.
 */
final class TaskTransitions {
    /** One row of the table. */
    record Transition(TaskPhase from, Class<? extends DatabaseEvent> event, TaskPhase to) {}

    static final List<Transition> ALL = List.of(
            row(TaskPhase.ABSENT, DatabaseEvent.TaskCreated.class, TaskPhase.WAITING),
            row(TaskPhase.WAITING, DatabaseEvent.BackupStarted.class, TaskPhase.OPENING),
            row(TaskPhase.WAITING, DatabaseEvent.RestoreStarted.class, TaskPhase.APPLYING),
            row(TaskPhase.WAITING, DatabaseEvent.FinishStarted.class, TaskPhase.RECOVERING),
            row(TaskPhase.WAITING, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.WAITING, DatabaseEvent.CancelRequested.class, TaskPhase.WAITING),
            row(TaskPhase.OPENING, DatabaseEvent.BackupOpened.class, TaskPhase.STREAMING),
            row(TaskPhase.OPENING, DatabaseEvent.AttemptFailed.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.OPENING, DatabaseEvent.CancelRequested.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.STREAMING, DatabaseEvent.ProgressReported.class, TaskPhase.STREAMING),
            row(TaskPhase.STREAMING, DatabaseEvent.DamageFound.class, TaskPhase.STREAMING),
            row(TaskPhase.STREAMING, DatabaseEvent.DataDrained.class, TaskPhase.STOPPING),
            row(TaskPhase.STREAMING, DatabaseEvent.AttemptFailed.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.STREAMING, DatabaseEvent.CancelRequested.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.STOPPING, DatabaseEvent.BackupStopped.class, TaskPhase.CLOSING),
            row(TaskPhase.STOPPING, DatabaseEvent.AttemptFailed.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.STOPPING, DatabaseEvent.CancelRequested.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.CLOSING, DatabaseEvent.SetSealed.class, TaskPhase.PUBLISHING),
            row(TaskPhase.CLOSING, DatabaseEvent.AttemptFailed.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.CLOSING, DatabaseEvent.CancelRequested.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.PUBLISHING, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.PUBLISHING, DatabaseEvent.PublishingFailed.class, TaskPhase.ABANDONING),
            row(TaskPhase.PUBLISHING, DatabaseEvent.CancelRequested.class, TaskPhase.PUBLISHING),
            row(TaskPhase.ABANDONING, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.ABANDONING, DatabaseEvent.UploadsLeft.class, TaskPhase.ABANDONING),
            row(TaskPhase.ABANDONING, DatabaseEvent.CancelRequested.class, TaskPhase.ABANDONING),
            row(TaskPhase.ROLLING_BACK, DatabaseEvent.BackupStarted.class, TaskPhase.OPENING),
            row(TaskPhase.ROLLING_BACK, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.ROLLING_BACK, DatabaseEvent.UploadsLeft.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.ROLLING_BACK, DatabaseEvent.CancelRequested.class, TaskPhase.ROLLING_BACK),
            row(TaskPhase.APPLYING, DatabaseEvent.ProgressReported.class, TaskPhase.APPLYING),
            row(TaskPhase.APPLYING, DatabaseEvent.RestoreApplied.class, TaskPhase.RECOVERING),
            row(TaskPhase.APPLYING, DatabaseEvent.StepApplied.class, TaskPhase.KEEPING),
            row(TaskPhase.APPLYING, DatabaseEvent.AttemptFailed.class, TaskPhase.DISCARDING),
            row(TaskPhase.APPLYING, DatabaseEvent.CancelRequested.class, TaskPhase.DISCARDING),
            row(TaskPhase.KEEPING, DatabaseEvent.StepKept.class, TaskPhase.KEPT),
            row(TaskPhase.KEEPING, DatabaseEvent.AttemptFailed.class, TaskPhase.DISCARDING),
            row(TaskPhase.KEPT, DatabaseEvent.OpeningBegun.class, TaskPhase.RECOVERING),
            row(TaskPhase.KEPT, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.RECOVERING, DatabaseEvent.DatabaseOpened.class, TaskPhase.RECOVERED),
            row(TaskPhase.RECOVERING, DatabaseEvent.DatabaseReplaced.class, TaskPhase.RECOVERED),
            row(TaskPhase.RECOVERING, DatabaseEvent.AttemptFailed.class, TaskPhase.DISCARDING),
            row(TaskPhase.RECOVERED, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.DISCARDING, DatabaseEvent.RestoreStarted.class, TaskPhase.APPLYING),
            row(TaskPhase.DISCARDING, DatabaseEvent.StepInterrupted.class, TaskPhase.DISCARDING),
            row(TaskPhase.DISCARDING, DatabaseEvent.TaskEnded.class, TaskPhase.ENDED),
            row(TaskPhase.DISCARDING, DatabaseEvent.CancelRequested.class, TaskPhase.DISCARDING),
            row(TaskPhase.ABSENT, DatabaseEvent.SnapshotCreated.class, TaskPhase.WAITING),
            row(TaskPhase.WAITING, DatabaseEvent.SnapshotEnded.class, TaskPhase.ENDED),
            row(TaskPhase.PUBLISHING, DatabaseEvent.SnapshotEnded.class, TaskPhase.ENDED),
            row(TaskPhase.ABANDONING, DatabaseEvent.SnapshotEnded.class, TaskPhase.ENDED),
            row(TaskPhase.ROLLING_BACK, DatabaseEvent.SnapshotEnded.class, TaskPhase.ENDED));

    private TaskTransitions() {}

    private static Transition row(TaskPhase from, Class<? extends DatabaseEvent> event, TaskPhase to) {
        return new Transition(from, event, to);
    }

    /** The phase that {@code event} leads to; {@link IllegalStateException} when the table has no such row. */
    static TaskPhase next(TaskPhase from, DatabaseEvent event) {
        return ALL.stream()
                .filter(row -> row.from() == from && row.event().equals(event.getClass()))
                .findFirst()
                .map(Transition::to)
                .orElseThrow(() -> new IllegalStateException("task " + event.task() + " in phase " + from
                        + " cannot take " + event.getClass().getSimpleName()));
    }

    /** The table as a Mermaid state diagram. */
    static String mermaid() {
        StringBuilder diagram = new StringBuilder("stateDiagram-v2\n");
        for (Transition row : ALL) {
            diagram.append("    %s --> %s: %s%n"
                    .formatted(node(row.from()), node(row.to()), row.event().getSimpleName()));
        }
        return diagram.append("    ENDED --> [*]\n").toString().replace("\r\n", "\n");
    }

    private static String node(TaskPhase phase) {
        return phase == TaskPhase.ABSENT ? "[*]" : phase.name();
    }
}
