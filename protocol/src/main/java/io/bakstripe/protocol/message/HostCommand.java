package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.serialization.CborSerializable;
import java.util.List;

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
     * Asks for an empty directory to restore into; whatever an earlier, unfinished attempt at this database left there is removed first.
     *
     * <p>Refused when a server of that database exists.
     */
    record Prepare(DatabaseRef database, AttemptRef attempt, ActorRef<HostReply> replyTo) implements HostCommand {}

    /** Starts the server of a prepared directory, lets it roll forward and open, and makes it known under {@code display}; safe to repeat. */
    record Open(
            DatabaseRef database, DatabaseName display, AttemptRef attempt, String dbname, ActorRef<HostReply> replyTo)
            implements HostCommand {}

    /** Removes a prepared directory that was not opened; safe to repeat. */
    record Discard(DatabaseRef database, AttemptRef attempt, ActorRef<HostReply> replyTo) implements HostCommand {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = HostReply.Described.class, name = "described"),
        @JsonSubTypes.Type(value = HostReply.Connected.class, name = "connected"),
        @JsonSubTypes.Type(value = HostReply.Prepared.class, name = "prepared"),
        @JsonSubTypes.Type(value = HostReply.Discarded.class, name = "discarded"),
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

        record Connected(ServerConnection connection) implements HostReply {}

        /**
         * @param directory absolute path on the host
         * @param versions of the engine that the host can run, oldest first
         */
        record Prepared(String directory, List<String> versions) implements HostReply {
            public Prepared {
                versions = List.copyOf(versions);
            }
        }

        record Discarded() implements HostReply {}

        record Failed(Problem problem) implements HostReply {}
    }
}
