package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import java.util.List;

/**
 * The life of a database as one declared table: which event changes what is shown of it. Every other event leaves it as it is.
 *
 * <p>The event handler checks every change against it, so that none that is not written here can be recorded or replayed.
 */
final class DatabaseTransitions {
    /** One row of the table. */
    record Transition(DatabaseStage from, Class<? extends DatabaseEvent> event, DatabaseStage to) {}

    static final List<Transition> ALL = List.of(
            new Transition(
                    DatabaseStage.ABSENT, DatabaseEvent.RestoreStarted.class, DatabaseStage.RESTORING_IN_PROGRESS),
            new Transition(
                    DatabaseStage.RESTORING_IN_PROGRESS, DatabaseEvent.DatabaseOpened.class, DatabaseStage.ONLINE),
            // One that was only declared before a restore replaced it.
            new Transition(DatabaseStage.ABSENT, DatabaseEvent.DatabaseReplaced.class, DatabaseStage.ONLINE),
            new Transition(DatabaseStage.RESTORING_IN_PROGRESS, DatabaseEvent.TaskEnded.class, DatabaseStage.ABSENT),
            new Transition(DatabaseStage.RESTORING_IN_PROGRESS, DatabaseEvent.TaskEnded.class, DatabaseStage.RESTORING),
            new Transition(
                    DatabaseStage.RESTORING, DatabaseEvent.RestoreStarted.class, DatabaseStage.RESTORING_IN_PROGRESS),
            new Transition(
                    DatabaseStage.RESTORING, DatabaseEvent.FinishStarted.class, DatabaseStage.RESTORING_IN_PROGRESS),
            new Transition(DatabaseStage.RESTORING, DatabaseEvent.DatabaseDropped.class, DatabaseStage.ABSENT));

    private DatabaseTransitions() {}

    /** {@link IllegalStateException} when {@code event} changes the database in a way that the table does not have. */
    static void check(DatabaseStage from, DatabaseEvent event, DatabaseStage to) {
        if (from != to && !ALL.contains(new Transition(from, event.getClass(), to))) {
            throw new IllegalStateException("%s of task %s cannot lead a database from %s to %s"
                    .formatted(event.getClass().getSimpleName(), event.task(), from, to));
        }
    }

    /** The table as a Mermaid state diagram. */
    static String mermaid() {
        StringBuilder diagram = new StringBuilder("stateDiagram-v2\n    [*] --> ABSENT\n");
        for (Transition row : ALL) {
            diagram.append("    %s --> %s: %s\n"
                    .formatted(row.from(), row.to(), row.event().getSimpleName()));
        }
        return diagram.toString();
    }
}
