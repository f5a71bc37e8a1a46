package io.bakstripe.worker.preflight;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.CheckBackup;
import io.bakstripe.protocol.message.PreflightCommand.CheckRestore;
import io.bakstripe.protocol.message.PreflightCommand.CheckTargets;
import io.bakstripe.protocol.message.PreflightCommand.Examine;
import io.bakstripe.protocol.message.PreflightCommand.Examined;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.message.PreflightMessage;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Readiness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers what must be known before a task may exist. One on each worker node, found through the receptionist; keeps no state, so nothing survives a
 * restart and nothing has to.
 *
 * <p>Any number of checks runs at a time. Every check is answered once, within the limit: {@code Passed}, or {@code Refused} with the first reason
 * found. {@code Passed} holds for the moment only; what a task finds later ends the task.
 */
public final class Preflight extends AbstractBehavior<PreflightMessage> {

    private record Checked(ActorRef<PreflightReply> replyTo, Passed passed) implements PreflightMessage {}

    private record Failed(ActorRef<PreflightReply> replyTo, Problem problem, Throwable failure)
            implements PreflightMessage {}

    private static final String BLOCKING_DISPATCHER = "bakstripe.worker.blocking-dispatcher";

    private final Checks checks;
    private final Duration limit;
    private final InstantSource clock;

    /** Registers itself under {@link PreflightCommand#SERVICE} when it starts. */
    public static Behavior<PreflightMessage> create(PreflightDependencies dependencies) {
        return Behaviors.setup(context -> {
            context.getSystem()
                    .receptionist()
                    .tell(Receptionist.register(
                            PreflightCommand.SERVICE, context.getSelf().narrow()));
            return new Preflight(context, dependencies);
        });
    }

    private Preflight(ActorContext<PreflightMessage> context, PreflightDependencies dependencies) {
        super(context);
        this.checks = new Checks(
                dependencies,
                context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(BLOCKING_DISPATCHER)));
        this.limit = dependencies.settings().limit();
        this.clock = dependencies.clock();
    }

    @Override
    public Receive<PreflightMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(CheckBackup.class, this::onCheckBackup)
                .onMessage(CheckRestore.class, this::onCheckRestore)
                .onMessage(CheckTargets.class, this::onCheckTargets)
                .onMessage(Examine.class, this::onExamine)
                .onMessage(Checked.class, this::onChecked)
                .onMessage(Failed.class, this::onFailed)
                .build();
    }

    private Behavior<PreflightMessage> onCheckBackup(CheckBackup command) {
        return check(command.replyTo(), waiting -> checks.backup(command, waiting));
    }

    private Behavior<PreflightMessage> onCheckRestore(CheckRestore command) {
        return check(command.replyTo(), waiting -> checks.restore(command, waiting));
    }

    private Behavior<PreflightMessage> onCheckTargets(CheckTargets command) {
        return check(command.replyTo(), waiting -> checks.targets(command, waiting));
    }

    private Behavior<PreflightMessage> onExamine(Examine command) {
        Waiting waiting = new Waiting(limit);
        checks.examination(command, waiting)
                .toCompletableFuture()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> List.of(Finding.problem("connection", problem(waiting, failure))))
                .thenAccept(findings -> command.replyTo()
                        .tell(new Examined(new Readiness(command.display(), clock.instant(), findings))));
        return this;
    }

    private Behavior<PreflightMessage> check(
            ActorRef<PreflightReply> replyTo, Function<Waiting, CompletionStage<Passed>> asked) {
        Waiting waiting = new Waiting(limit);
        // Begun inside a stage, so that what is thrown at once is answered like what fails later.
        CompletableFuture<Passed> result = CompletableFuture.completedFuture(waiting)
                .thenCompose(asked)
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        getContext()
                .pipeToSelf(
                        result,
                        (@Nullable Passed passed, @Nullable Throwable failure) -> passed != null
                                ? new Checked(replyTo, passed)
                                : failed(replyTo, waiting, Objects.requireNonNull(failure)));
        return this;
    }

    private static Failed failed(ActorRef<PreflightReply> replyTo, Waiting waiting, Throwable failure) {
        return new Failed(replyTo, problem(waiting, failure), failure);
    }

    private static Problem problem(Waiting waiting, Throwable failure) {
        return failure instanceof TimeoutException ? waiting.problem() : Problem.of(failure);
    }

    private Behavior<PreflightMessage> onChecked(Checked checked) {
        checked.replyTo().tell(checked.passed());
        return this;
    }

    private Behavior<PreflightMessage> onFailed(Failed failed) {
        if (failed.problem().error() == BackupError.INTERNAL) {
            getContext().getLog().error("pre-flight failed unexpectedly", failed.failure());
        }
        failed.replyTo().tell(new Refused(failed.problem()));
        return this;
    }
}
