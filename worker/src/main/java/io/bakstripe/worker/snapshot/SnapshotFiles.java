package io.bakstripe.worker.snapshot;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand.Remove;
import io.bakstripe.protocol.message.SnapshotFilesCommand.SnapshotFilesReply;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.SnapshotStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;

/**
 * Deletes files of snapshots. One on each worker node that reaches their storage, found through the receptionist; keeps no state, so nothing survives a restart
 * and nothing has to: whoever is not answered asks again.
 *
 * <p>The files of one snapshot go one after the other; the first that cannot be deleted ends it, and those before it are gone.
 */
public final class SnapshotFiles extends AbstractBehavior<SnapshotFilesCommand> {
    private final SnapshotStore store;
    private final Logger log;

    /** Registers itself under {@link SnapshotFilesCommand#SERVICE} when it starts. */
    public static Behavior<SnapshotFilesCommand> create(SnapshotStore store) {
        return Behaviors.setup(context -> {
            context.getSystem()
                    .receptionist()
                    .tell(Receptionist.register(SnapshotFilesCommand.SERVICE, context.getSelf()));
            return new SnapshotFiles(context, store);
        });
    }

    private SnapshotFiles(ActorContext<SnapshotFilesCommand> context, SnapshotStore store) {
        super(context);
        this.store = store;
        this.log = context.getLog();
    }

    @Override
    public Receive<SnapshotFilesCommand> createReceive() {
        return newReceiveBuilder().onMessage(Remove.class, this::remove).build();
    }

    private Behavior<SnapshotFilesCommand> remove(Remove command) {
        CompletionStage<Void> removed = CompletableFuture.completedFuture(null);
        for (S3Arn file : command.files()) {
            removed = removed.thenCompose(done -> store.delete(file));
        }
        removed.<SnapshotFilesReply>thenApply(done -> new SnapshotFilesReply.Removed())
                .exceptionally(failure -> new SnapshotFilesReply.Failed(problem(command, failure)))
                .thenAccept(command.replyTo()::tell);
        return this;
    }

    private Problem problem(Remove command, Throwable failure) {
        Problem problem = Problem.of(failure);
        if (problem.error() == BackupError.INTERNAL) {
            log.error("deleting snapshot {} failed unexpectedly", command.snapshot(), failure);
        }
        return problem;
    }
}
