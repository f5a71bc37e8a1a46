package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.StartFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Commands to the agent that owns a host's managed servers. The entity id is the host's name. */
public sealed interface HostCommand extends HostMessage, CborSerializable {

    /** The entity type of that host's agent. */
    static EntityTypeKey<HostCommand> key(HostName host) {
        return EntityTypeKey.create(HostCommand.class, "host-agent-" + host);
    }

    /** Brings the agent, and with it the host's servers, to life when its node starts; has no reply. */
    record Wake() implements HostCommand {}

    /** Asks what the host offers to databases that are to be restored there. */
    record Describe(ActorRef<HostReply> replyTo) implements HostCommand {}

    /** Asks how to reach a managed server. */
    record Connect(DatabaseRef database, ActorRef<HostReply> replyTo) implements HostCommand {}

    /**
     * Asks for the directory that a step is to write into: {@link Kind#FULL} for an empty one, and whatever an earlier, unfinished attempt at this database
     * left there is removed first; {@link Kind#REPLACEMENT} for the same beside a database that is open; {@link Kind#DIFFERENTIAL} for that of the database itself, which from then on counts as touched; {@link Kind#LOG} for an
     * empty one beside it.
     *
     * <p>Refused when a server of that database exists and, for the other kinds, when there is none that is RESTORING at {@code position}.
     *
     * @param position as of {@link RestoreStep#position()}
     */
    record Prepare(
            DatabaseRef database, AttemptRef attempt, Kind kind, Optional<Lsn> position, ActorRef<HostReply> replyTo)
            implements HostCommand {}

    /** Makes what a step wrote part of the database, which stays RESTORING, and tells how far it has come; safe to repeat. */
    record Keep(
            DatabaseRef database,
            DatabaseName display,
            AttemptRef attempt,
            WrittenStep step,
            ActorRef<HostReply> replyTo)
            implements HostCommand {}

    /**
     * A step that was written.
     *
     * @param set that it brought
     * @param lastLsn the first position behind the set
     * @param lastCommit by the source's clock: nothing in a data backup was committed later; absent where nobody knows
     * @param stopAt of logs: what was committed from then on is not to be applied
     */
    record WrittenStep(
            Kind kind,
            BackupSetId set,
            StartFacts start,
            Lsn lastLsn,
            Optional<Instant> lastCommit,
            Optional<Instant> stopAt) {}

    /** Starts the server of a database that is RESTORING so that it can be read; safe to repeat. The next step stops it. */
    record StandBy(DatabaseRef database, ActorRef<HostReply> replyTo) implements HostCommand {}

    /**
     * Starts the server of a prepared directory, or of a database that is RESTORING, lets it roll forward and open, and makes it known under {@code
     * display}; one that was prepared beside an open database is then put in its place. Safe to repeat.
     *
     * @param dbname the database inside the server that its address names; empty for a database that is RESTORING, which knows it
     */
    record Open(
            DatabaseRef database, DatabaseName display, AttemptRef attempt, String dbname, ActorRef<HostReply> replyTo)
            implements HostCommand {}

    /**
     * Removes a prepared directory that was neither kept nor opened; safe to repeat. A database that is RESTORING stays so: a server that was to open it and
     * did not is stopped.
     */
    record Discard(DatabaseRef database, AttemptRef attempt, ActorRef<HostReply> replyTo) implements HostCommand {}

    /** Removes a database that is RESTORING, and what is left of one; safe to repeat. Refused when it is open. */
    record Drop(DatabaseRef database, ActorRef<HostReply> replyTo) implements HostCommand {}

    /**
     * Serves the kept one of two databases, and keeps the one that was served; nothing happens when the one that is asked for is served already, so that this is
     * safe to repeat. Answered with {@link HostReply.Swapped}.
     *
     * @param fork the history of the one that is to be served
     */
    record SwapBack(DatabaseRef database, String fork, ActorRef<HostReply> replyTo) implements HostCommand {}

    /** Removes the one that is kept of a database that is open; safe to repeat. */
    record DropKept(DatabaseRef database, ActorRef<HostReply> replyTo) implements HostCommand {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = HostReply.Described.class, name = "described"),
        @JsonSubTypes.Type(value = HostReply.Connected.class, name = "connected"),
        @JsonSubTypes.Type(value = HostReply.Prepared.class, name = "prepared"),
        @JsonSubTypes.Type(value = HostReply.Kept.class, name = "kept"),
        @JsonSubTypes.Type(value = HostReply.Discarded.class, name = "discarded"),
        @JsonSubTypes.Type(value = HostReply.Dropped.class, name = "dropped"),
        @JsonSubTypes.Type(value = HostReply.Swapped.class, name = "swapped"),
        @JsonSubTypes.Type(value = HostReply.Failed.class, name = "failed")
    })
    sealed interface HostReply extends CborSerializable {
        /**
         * @param versions of the engine that it can run, as backups name theirs, oldest first
         * @param freeBytes of the disk on which databases lie
         */
        record Described(List<String> versions, long freeBytes) implements HostReply {
            public Described {
                versions = List.copyOf(versions);
            }
        }

        /**
         * @param recoveryFork the history that began when the server was opened
         * @param kept the database that this one was put in the place of, while it is kept
         */
        record Connected(ServerConnection connection, Optional<String> recoveryFork, Optional<KeptDatabase> kept)
                implements HostReply {
            public Connected {
                // Nodes of the first releases do not send it.
                kept = kept == null ? Optional.empty() : kept;
            }

            /** Nothing is kept. */
            @JsonCreator(mode = JsonCreator.Mode.DISABLED)
            public Connected(ServerConnection connection, Optional<String> recoveryFork) {
                this(connection, recoveryFork, Optional.empty());
            }
        }

        /**
         * @param directory absolute path on the host
         * @param versions of the engine that the host can run, oldest first
         */
        record Prepared(String directory, List<String> versions) implements HostReply {
            public Prepared {
                versions = List.copyOf(versions);
            }
        }

        record Kept(RolledTo rolledTo) implements HostReply {}

        /** @param touched whether files of a database that is RESTORING may have been changed by what was discarded */
        record Discarded(boolean touched) implements HostReply {}

        record Dropped() implements HostReply {}

        /**
         * How two databases stand after a call to swap them.
         *
         * @param kept the one that is not served; absent when there is only one
         * @param problem why the one that was asked for is not served; nothing has changed then
         */
        record Swapped(Optional<KeptDatabase> kept, Optional<Problem> problem) implements HostReply {}

        record Failed(Problem problem) implements HostReply {}
    }
}
