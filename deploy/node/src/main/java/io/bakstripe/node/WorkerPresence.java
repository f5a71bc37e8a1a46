package io.bakstripe.node;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import io.bakstripe.protocol.message.PreflightCommand;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Waits until this node knows of a worker that answers pre-flight: before that every submission would time out. */
final class WorkerPresence {
    private WorkerPresence() {}

    static CompletionStage<Done> await(ActorSystem<?> system) {
        CompletableFuture<Done> present = new CompletableFuture<>();
        system.systemActorOf(watch(present), "worker-presence", Props.empty());
        return present;
    }

    private static Behavior<Receptionist.Listing> watch(CompletableFuture<Done> present) {
        return Behaviors.setup(context -> {
            context.getSystem()
                    .receptionist()
                    .tell(Receptionist.subscribe(PreflightCommand.SERVICE, context.getSelf()));
            return Behaviors.receive(Receptionist.Listing.class)
                    .onMessage(Receptionist.Listing.class, listing -> {
                        if (listing.getServiceInstances(PreflightCommand.SERVICE)
                                .isEmpty()) {
                            return Behaviors.same();
                        }
                        present.complete(Done.done());
                        return Behaviors.stopped();
                    })
                    .build();
        });
    }
}
