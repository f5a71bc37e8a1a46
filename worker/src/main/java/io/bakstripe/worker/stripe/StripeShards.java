package io.bakstripe.worker.stripe;

import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.StripeRef;

/** Tells sharding which shard a stripe belongs to. */
final class StripeShards extends ShardingMessageExtractor<ShardingEnvelope<StripeMessage>, StripeMessage> {
    private final int shards;

    StripeShards(int shards) {
        this.shards = shards;
    }

    @Override
    public String entityId(ShardingEnvelope<StripeMessage> envelope) {
        return envelope.entityId();
    }

    @Override
    public String shardId(String entityId) {
        return Integer.toString(StripePlacement.shard(StripeRef.parse(entityId), shards));
    }

    @Override
    public StripeMessage unwrapMessage(ShardingEnvelope<StripeMessage> envelope) {
        return envelope.message();
    }
}
