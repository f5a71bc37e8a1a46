package io.bakstripe.coordinator.journal;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What has happened to an instance. */
public sealed interface InstanceEvent extends JournalEvent {
    /** When it happened, by the clock of the node that recorded it. */
    Instant at();

    /** A definition of a higher revision than any before it holds from now on. */
    record InstanceDeclared(InstanceDefinition definition, Instant at) implements InstanceEvent {}

    /**
     * A task id was given out.
     *
     * @param submission of the database coordinator: asked again, it gets the same id
     * @param restore the task creates its database, so that its name is known from now on
     * @param snapshot the id is of a snapshot, which gets no slot
     */
    record TaskRegistered(
            TaskId task,
            DatabaseRef database,
            DatabaseName display,
            UUID submission,
            Optional<CallKey> key,
            boolean restore,
            Instant at,
            // Left out where it is not set, as in the first release's rows.
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean snapshot)
            implements InstanceEvent {
        /** For a native task. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public TaskRegistered(
                TaskId task,
                DatabaseRef database,
                DatabaseName display,
                UUID submission,
                Optional<CallKey> key,
                boolean restore,
                Instant at) {
            this(task, database, display, submission, key, restore, at, false);
        }
    }

    /** The database's coordinator never created the task; its id stays unused. */
    record RegistrationVoided(TaskId task, Instant at) implements InstanceEvent {}

    /** The task holds one of the running slots. */
    record SlotGranted(TaskId task, Instant at) implements InstanceEvent {}

    /** The task has ended: its slot, if it had one, is free and its registration closed. */
    record SlotReleased(TaskId task, Instant at) implements InstanceEvent {}

    /** The ended task may have uploads at the store: its database is woken until they are gone. */
    record TidyingAwaited(TaskId task, DatabaseRef database, Instant at) implements InstanceEvent {}

    /** Nothing is left of the ended task. */
    record TidyingEnded(TaskId task, Instant at) implements InstanceEvent {}

    /** A configuration was set; {@code name} is spelled as the documentation spells it. */
    record ConfigurationSet(String name, String value, Instant at) implements InstanceEvent {}
}
