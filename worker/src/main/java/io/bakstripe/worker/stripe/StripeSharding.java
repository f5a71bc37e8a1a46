package io.bakstripe.worker.stripe;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.StripeRef;

/** Where stripe workers live: one entity for each stripe of each attempt, spread over the worker nodes. */
public final class StripeSharding {
    private StripeSharding() {}

    /** The same entity type as {@link StripeCommand#KEY}, open to the worker's private messages. */
    private static final EntityTypeKey<StripeMessage> KEY =
            EntityTypeKey.create(StripeMessage.class, StripeCommand.KEY.name());

    /** Starts the entity type on this node; a node without the role {@code worker} gets a proxy. */
    public static void init(ClusterSharding sharding, ActorSystem<?> system, StripeDependencies dependencies) {
        StripeSettings settings = dependencies.settings();
        sharding.init(Entity.of(
                        KEY,
                        entity -> StripeWorker.create(
                                StripeRef.parse(entity.getEntityId()), entity.getShard(), dependencies))
                .withRole("worker")
                .withStopMessage(StripeWorker.Stop.INSTANCE)
                .withMessageExtractor(new StripeShards(settings.shards()))
                // Workers go by their own limit, which has to be longer than a coordinator's recovery.
                .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy())
                .withAllocationStrategy(
                        new StripeAllocation(Cluster.get(system).selfMember().address(), settings.movingShards())));
    }
}
