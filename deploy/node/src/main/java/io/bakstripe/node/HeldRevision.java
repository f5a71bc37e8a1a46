package io.bakstripe.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Which revision of the instances a cluster holds, when it is a higher one than a node's configuration has. */
final class HeldRevision {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private HeldRevision() {}

    /** What keeps the node from starting, with both numbers; to be asked once a declaration was refused, after which another one changes nothing. */
    static IOException refusal(ActorSystem<?> system, List<InstanceDefinition> declared) {
        try {
            for (InstanceDefinition own : declared) {
                DeclareReply reply = ClusterSharding.get(system)
                        .entityRefFor(InstanceCommand.KEY, own.name().value())
                        .<DeclareReply>ask(replyTo -> new InstanceCommand.Declare(own, replyTo), LIMIT)
                        .toCompletableFuture()
                        .join();
                if (!reply.accepted()) {
                    return StartFailure.lowerRevision(own.name(), reply.current(), own.revision());
                }
            }
        } catch (CompletionException unanswered) {
            return new StartFailure(
                    "a higher revision of bakstripe.instances holds in this cluster",
                    "Start with the configuration that was declared last (--config FILE), or raise"
                            + " bakstripe.instances.revision in this one.",
                    unanswered);
        }
        throw new IllegalStateException("every declaration is accepted now, though one was refused before");
    }
}
