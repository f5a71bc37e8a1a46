package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.serialization.CborSerializable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Commands to an instance's coordinator. The entity id is the instance's name.
 *
 * <p>The exchange with database coordinators is register → (created) → request slot → release slot (→ tidied). Database coordinators resend until they get
 * the matching {@link DatabaseCommand}; the instance answers every repetition the same way.
 */
public sealed interface InstanceCommand extends InstanceMessage, CborSerializable {
    EntityTypeKey<InstanceCommand> KEY = EntityTypeKey.create(InstanceCommand.class, "instance");

    /** Sent by every node at start for every instance in its configuration; also what brings the entity to life. */
    record Declare(InstanceDefinition definition, ActorRef<DeclareReply> replyTo) implements InstanceCommand {}

    /**
     * @param current the revision that holds now
     * @param accepted false when a higher revision holds: the node that declared must not join
     * @param differences what the declaration says otherwise than what is recorded with the same revision, and holds; empty where nothing differs, or where a
     *     higher revision was offered or holds
     */
    record DeclareReply(long current, boolean accepted, List<String> differences) implements CborSerializable {
        public DeclareReply {
            // Nodes of the first releases do not send it.
            differences = differences == null ? List.of() : List.copyOf(differences);
        }

        /** Without differences. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public DeclareReply(long current, boolean accepted) {
            this(current, accepted, List.of());
        }
    }

    /**
     * A call that is to become a task. The instance resolves the name, then hands the call to the database's coordinator, which answers.
     *
     * @param login who called
     */
    record Submit(TaskRequest request, Login login, Optional<RequestKey> key, ActorRef<SubmitReply> replyTo)
            implements InstanceCommand {}

    /** A call to cancel a task. The instance finds the task's database, whose coordinator answers. */
    record Cancel(TaskId task, Login login, Optional<RequestKey> key, ActorRef<CancelReply> replyTo)
            implements InstanceCommand {}

    /** A call to drop a database that is RESTORING. The instance resolves the name, then hands the call to the database's coordinator, which answers. */
    record Drop(DatabaseName database, Login login, ActorRef<DropReply> replyTo) implements InstanceCommand {}

    /** A call to swap a database with the one that is kept of it; handed on as {@link Drop} is. */
    record SwapBack(DatabaseName database, Login login, ActorRef<SwapReply> replyTo) implements InstanceCommand {}

    /**
     * Asks for a task id.
     *
     * @param submission made by the database coordinator for this submission; the same one always gets the same id
     * @param display the name as the caller spelled it
     * @param snapshot the id is for a snapshot, which is no native task and gets no slot
     */
    record Register(
            DatabaseRef database,
            DatabaseName display,
            UUID submission,
            Optional<RequestKey> key,
            boolean restore,
            boolean snapshot)
            implements InstanceCommand {
        /** For a native task. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public Register(
                DatabaseRef database,
                DatabaseName display,
                UUID submission,
                Optional<RequestKey> key,
                boolean restore) {
            this(database, display, submission, key, restore, false);
        }
    }

    /** A call to take a snapshot. The instance resolves the name, then hands the call to the database's coordinator, which answers. */
    record TakeSnapshot(DatabaseName database, Optional<RequestKey> key, ActorRef<SnapshotReply> replyTo)
            implements InstanceCommand {
        public TakeSnapshot {
            // Nodes of the first releases do not send it.
            key = key == null ? Optional.empty() : key;
        }
    }

    /** The answer to {@link DatabaseCommand.TakeDailySnapshot}: whatever this window means for the database is recorded. */
    record DailySnapshotSeen(DatabaseRef database, Instant closes) implements InstanceCommand {}

    /** The answer to {@link DatabaseCommand.PruneSnapshots}: which snapshots of the database go is recorded. */
    record SnapshotsPruned(DatabaseRef database) implements InstanceCommand {}

    /** Asks for one of the two running slots for a task that is created; answered when one is free, in order of task ids. */
    record RequestSlot(DatabaseRef database, TaskId task) implements InstanceCommand {}

    /**
     * Says that a task has ended: gives its slot back (if it had one) and closes its registration.
     *
     * @param leftovers whether uploads of the task may still be at the store: the database is woken until it says {@link Tidied}
     */
    record ReleaseSlot(DatabaseRef database, TaskId task, boolean leftovers) implements InstanceCommand {}

    /** Says that nothing is left of an ended task whose slot was returned; answered with {@link DatabaseCommand.TidyNoted}. */
    record Tidied(DatabaseRef database, TaskId task) implements InstanceCommand {}

    /** The answer to {@link DatabaseCommand.Probe}. */
    record ProbeAnswer(TaskId task, TaskKnowledge knowledge) implements InstanceCommand {}

    /** What a database coordinator knows of a registered task. */
    enum TaskKnowledge {
        /** It never heard of it: the registration is void. */
        UNKNOWN,
        /** Registration is under way or the task is unfinished. */
        UNFINISHED,
        /** The task has ended. */
        ENDED
    }

    record SetConfiguration(String name, String value, ActorRef<ConfigurationReply> replyTo)
            implements InstanceCommand {}

    /** @param name absent for all */
    record ShowConfiguration(Optional<String> name, ActorRef<ConfigurationReply> replyTo) implements InstanceCommand {}

    /** Either rows or a problem. */
    record ConfigurationReply(List<ConfigurationRow> rows, Optional<Problem> problem) implements CborSerializable {
        public ConfigurationReply {
            rows = List.copyOf(rows);
        }
    }

    record Describe(ActorRef<InstanceDescription> replyTo) implements InstanceCommand {}

    /**
     * @param view absent when the instance is not declared
     * @param databases every database that was declared or that a restore was registered for; some may not exist
     * @param open registrations whose task has not ended, oldest first
     * @param recent registrations that ended last, so that a task never disappears between its end and its row in the history
     */
    record InstanceDescription(
            Optional<InstanceView> view, List<DatabaseName> databases, List<TaskRoute> open, List<TaskRoute> recent)
            implements CborSerializable {
        public InstanceDescription {
            databases = List.copyOf(databases);
            open = List.copyOf(open);
            recent = List.copyOf(recent);
        }
    }

    /**
     * Asks which databases to ask about tasks: of those that are registered and not ended, or ended last, the newest.
     *
     * @param task only this one
     * @param after only those with a lower id
     * @param database only those of the database whose folded name this is
     * @param limit at most this many; 1 or more
     */
    record FindTasks(
            Optional<TaskId> task,
            Optional<TaskId> after,
            Optional<String> database,
            int limit,
            ActorRef<TaskRoutes> replyTo)
            implements InstanceCommand {}

    /** Newest first; fewer than the limit when there are no more. */
    record TaskRoutes(List<TaskRoute> routes) implements CborSerializable {
        public TaskRoutes {
            routes = List.copyOf(routes);
        }
    }

    /** Where a task's coordinator is. */
    record TaskRoute(TaskId task, DatabaseRef database) {}
}
