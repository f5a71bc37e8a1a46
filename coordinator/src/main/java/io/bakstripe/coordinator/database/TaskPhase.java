package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.task.Lifecycle;
import java.util.Locale;

/** What a task is doing; finer than its lifecycle. {@link TaskTransitions} says how one follows another. */
enum TaskPhase {
    /** Before the task exists; only so that its creation is a transition like the others. */
    ABSENT,
    /** Created; waits for its turn and for a slot. */
    WAITING,
    /** The session opens the engine's backup. */
    OPENING,
    /** The stripes store the data plan. */
    STREAMING,
    /** The session stops the engine's backup. */
    STOPPING,
    /** The stripes store the closing plan and prepare. */
    CLOSING,
    /** Behind the commit point: the uploads are completed. */
    PUBLISHING,
    /** Behind the commit point and failed: what is not visible is aborted. */
    ABANDONING,
    /** The attempt failed: its uploads are aborted and its session ended. */
    ROLLING_BACK,
    /** The restore writes the set's files. */
    APPLYING,
    /** What the restore wrote is made part of a database that stays RESTORING. */
    KEEPING,
    /** It is part of the database; only what comes next is to be recorded. */
    KEPT,
    /** The restored server starts, rolls forward and opens. */
    RECOVERING,
    /** The restored server is open; only the end is to be recorded. */
    RECOVERED,
    /** The attempt failed: what it wrote is removed from the host. */
    DISCARDING,
    ENDED;

    /** As the task's detail shows it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The lifecycle of a task in this phase that has not ended. */
    Lifecycle lifecycle() {
        return this == WAITING ? Lifecycle.CREATED : Lifecycle.IN_PROGRESS;
    }

    /** True while a restore may have files on the host: the database then shows RESTORING_IN_PROGRESS. */
    boolean restoring() {
        return switch (this) {
            case APPLYING, KEEPING, KEPT, RECOVERING, RECOVERED, DISCARDING -> true;
            default -> false;
        };
    }
}
