package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.typed.ActorSystem;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.seal.OpenedFiles;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** Writes the files of sets as restore workers do, outside any cluster: nothing is recorded, and what was broken off begins from nothing. */
public final class SetExtraction {
    private final ActorSystem<?> system;
    private final RestoreSettings settings;
    private final ByteBudget budget;
    private final HostName host;

    /** @param host how this host is named in messages */
    public SetExtraction(ActorSystem<?> system, RestoreSettings settings, ByteBudget budget, HostName host) {
        this.system = system;
        this.settings = settings;
        this.budget = budget;
        this.host = host;
    }

    /**
     * Writes a set into a directory: an empty one or, for a differential, the files of its base. Completes once everything is durable and matches the manifest; fails with
     * a {@code BakstripeException}; nothing is being written any more then.
     *
     * @param files as they were before they were encrypted; closed at the end
     * @param written is told of bytes of the database that were written, from any thread
     */
    public CompletionStage<Done> write(FoundSet set, OpenedFiles files, Path directory, LongConsumer written) {
        return new SetApply(settings, budget, files, system, host, directory, set, new Heard(written), Disk.ofHost())
                .run();
    }

    /**
     * What was written, for who makes it part of a data directory.
     *
     * @param stopAt of a log: what was committed from then on is not to be applied
     */
    public static WrittenStep step(SetFacts set, Optional<Instant> stopAt) {
        Kind kind = switch (set.type()) {
            case FULL -> Kind.FULL;
            case DIFFERENTIAL -> Kind.DIFFERENTIAL;
            case LOG -> Kind.LOG;
        };
        return new WrittenStep(
                kind, set.setId(), set.start(), set.lastLsn(), set.stop().serverTime(), stopAt);
    }

    private record Heard(LongConsumer written) implements SetApply.Listener {
        @Override
        public void progress(int family, long bytes) {
            written.accept(bytes);
        }

        @Override
        public CompletionStage<Done> partApplied(int family, int part, long doneBytes) {
            return CompletableFuture.completedFuture(Done.done());
        }
    }
}
