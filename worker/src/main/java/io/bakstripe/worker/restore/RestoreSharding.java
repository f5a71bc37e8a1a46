package io.bakstripe.worker.restore;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.name.HostName;

/** Where restore workers live: an entity type for each host, whose entities run there and nowhere else. */
public final class RestoreSharding {
    private RestoreSharding() {}

    /** Registers the restore workers of {@code host}; to be called on every node, they run only where the host's role is. */
    public static void init(ClusterSharding sharding, HostName host, RestoreDependencies dependencies) {
        sharding.init(
                Entity.of(RestoreCommand.key(host), entity -> RestoreWorker.create(entity.getEntityId(), dependencies))
                        .withRole(host.role()));
    }
}
