package io.bakstripe.coordinator.status;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.RecipientRef;
import akka.actor.typed.javadsl.AskPattern;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Asks coordinators; a question that is not answered in time fails with {@link BackupError#CLUSTER_TIMEOUT}. */
final class Questions {
    private final ActorSystem<?> system;
    private final List<InstanceDefinition> declared;

    Questions(ActorSystem<?> system, List<InstanceDefinition> declared) {
        this.system = system;
        this.declared = List.copyOf(declared);
    }

    List<InstanceDefinition> declared() {
        return declared;
    }

    /** Fails for an instance that this node's configuration does not declare: addressing it would bring an entity to life for nothing. */
    CompletionStage<InstanceName> known(InstanceName name) {
        return declared.stream().anyMatch(instance -> instance.name().equals(name))
                ? CompletableFuture.completedFuture(name)
                : CompletableFuture.failedFuture(
                        BackupError.INSTANCE_UNKNOWN.problem(name).asException());
    }

    /** @param whom as the caller is told who did not answer */
    <M, R> CompletionStage<R> ask(
            RecipientRef<M> target, Function<ActorRef<R>, M> question, Duration limit, String whom) {
        CompletionStage<R> answer = AskPattern.ask(target, question::apply, limit, system.scheduler());
        return answer.exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            if (cause instanceof TimeoutException) {
                throw BackupError.CLUSTER_TIMEOUT.problem(whom).asException(cause);
            }
            throw new CompletionException(cause);
        });
    }

    /** All answers in the order of their questions; fails when one does. */
    static <R> CompletionStage<List<R>> all(List<CompletionStage<R>> answers) {
        List<CompletableFuture<R>> futures =
                answers.stream().map(CompletionStage::toCompletableFuture).toList();
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
