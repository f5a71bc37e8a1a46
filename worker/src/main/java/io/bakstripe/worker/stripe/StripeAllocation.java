package io.bakstripe.worker.stripe;

import akka.actor.ActorRef;
import akka.actor.Address;
import akka.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import akka.dispatch.Futures;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/** Allocates stripe shards as {@link StripePlacement} says: shard s goes to the s-mod-N-th worker node, in order of addresses. */
final class StripeAllocation extends AbstractShardAllocationStrategy {
    private final Address self;
    private final int movingShards;

    /** @param self the address of this node as the others know it */
    StripeAllocation(Address self, int movingShards) {
        this.self = self;
        this.movingShards = movingShards;
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> current) {
        return Futures.successful(
                current.isEmpty() ? requester : StripePlacement.node(shardId, inOrder(current.keySet())));
    }

    @Override
    public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> current, Set<String> inProgress) {
        Map<ActorRef, Collection<String>> shards = current.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, region -> CollectionConverters.asJava(region.getValue())));
        return Futures.successful(StripePlacement.moves(shards, inOrder(current.keySet()), inProgress, movingShards));
    }

    private List<ActorRef> inOrder(Set<ActorRef> regions) {
        return regions.stream().sorted(Comparator.comparing(this::place)).toList();
    }

    private String place(ActorRef region) {
        // The coordinator's own region carries no host; without this it would sort differently on each coordinator.
        Address address = region.path().address();
        return (address.hasGlobalScope() ? address : self).toString();
    }
}
