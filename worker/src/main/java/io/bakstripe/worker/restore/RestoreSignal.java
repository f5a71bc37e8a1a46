package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreMessage;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a {@link RestoreWorker} is told by what it set going; never leaves the node. */
sealed interface RestoreSignal extends RestoreMessage {
    /** The run that this belongs to; signals of earlier runs are dropped. */
    int run();

    record HostAnswered(int run, HostReply reply) implements RestoreSignal {}

    /** @param asking since when the same question is put */
    record HostSilent(int run, Instant asking) implements RestoreSignal {}

    record SetKnown(int run, FoundSet set) implements RestoreSignal {}

    /** @param recorded to be completed once the event is in the journal */
    record PartDone(int run, PartApplied event, CompletableFuture<Done> recorded) implements RestoreSignal {}

    /** Nothing of a broken-off run is being written any more. */
    record Halted(int run) implements RestoreSignal {}

    record ProgressDue(int run) implements RestoreSignal {}

    record AllWritten(int run) implements RestoreSignal {}

    record Broke(int run, Problem problem) implements RestoreSignal {}

    /** Passes on to the worker what its streams say. */
    record Told(int run, RestoreProgress counted, ActorRef<RestoreMessage> worker) implements SetApply.Listener {
        @Override
        public void progress(int family, long bytes) {
            if (counted.add(family, bytes)) {
                worker.tell(new ProgressDue(run));
            }
        }

        @Override
        public CompletionStage<Done> partApplied(int family, int part, long doneBytes) {
            CompletableFuture<Done> recorded = new CompletableFuture<>();
            worker.tell(new PartDone(run, new PartApplied(family, part, doneBytes), recorded));
            return recorded;
        }
    }
}
