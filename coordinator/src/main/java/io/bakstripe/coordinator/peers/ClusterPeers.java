package io.bakstripe.coordinator.peers;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.RecipientRef;
import akka.actor.typed.javadsl.Routers;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.StripeRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Addresses through cluster sharding and, for pre-flight and the files of snapshots, the receptionist.
 *
 * <p>An entity type that this node has not started yet gets the address of dead letters: everything is resent until it is answered, so a
 * coordinator that wakes before the workers are started only loses a tick.
 */
public final class ClusterPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterPeers.class);

    private final ActorSystem<?> system;
    private final ClusterSharding sharding;
    private final ActorRef<PreflightCommand> preflight;
    private final ActorRef<SnapshotFilesCommand> snapshotFiles;

    public ClusterPeers(ActorSystem<?> system) {
        this.system = system;
        this.sharding = ClusterSharding.get(system);
        this.preflight = system.systemActorOf(
                Routers.group(PreflightCommand.SERVICE).withRoundRobinRouting(), "preflight-router", Props.empty());
        this.snapshotFiles = system.systemActorOf(
                Routers.group(SnapshotFilesCommand.SERVICE).withRoundRobinRouting(),
                "snapshot-files-router",
                Props.empty());
    }

    @Override
    public RecipientRef<InstanceCommand> instance(InstanceName name) {
        return entity(InstanceCommand.KEY, name.value());
    }

    @Override
    public RecipientRef<DatabaseCommand> database(DatabaseRef ref) {
        return entity(DatabaseCommand.KEY, ref.entityId());
    }

    @Override
    public RecipientRef<SessionCommand> session(AttemptRef attempt) {
        return entity(SessionCommand.KEY, attempt.entityId());
    }

    @Override
    public RecipientRef<StripeCommand> stripe(StripeRef stripe) {
        return entity(StripeCommand.KEY, stripe.entityId());
    }

    @Override
    public RecipientRef<RestoreCommand> restore(HostName host, AttemptRef attempt) {
        return entity(RestoreCommand.key(host), attempt.entityId());
    }

    @Override
    public RecipientRef<HostCommand> host(HostName host) {
        return entity(HostCommand.key(host), host.value());
    }

    @Override
    public RecipientRef<PreflightCommand> preflight() {
        return preflight;
    }

    @Override
    public RecipientRef<SnapshotFilesCommand> snapshotFiles() {
        return snapshotFiles;
    }

    private <M> RecipientRef<M> entity(EntityTypeKey<M> key, String id) {
        try {
            return sharding.entityRefFor(key, id);
        } catch (IllegalStateException notStarted) {
            LOG.debug("{} is not started on this node yet", key.name());
            return system.<M>deadLetters();
        }
    }
}
