package io.bakstripe.node.extract;

import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.coordinator.sequence.RestoreSequence;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.worker.host.ExtractedServer;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetExtraction;
import io.bakstripe.worker.seal.OpenedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes a data directory of backup sets, by the rules of restores: those of the sequence, those of the files, those of the log. Blocks; failures are {@code
 * BakstripeException}s or those of the disk, and leave the target as it was.
 */
final class Extraction {
    private static final String ENGINE = "postgresql";
    private static final InstanceName HERE = new InstanceName("extract");

    private final SetExtraction writer;
    private final Supplier<OpenedFiles> files;
    private final Progress progress;

    /** @param files opens the files of a set as they were before they were encrypted */
    Extraction(SetExtraction writer, Supplier<OpenedFiles> files, Progress progress) {
        this.writer = writer;
        this.files = files;
        this.progress = progress;
    }

    /** Is told what is done. */
    interface Progress {
        /** A set is begun. */
        void begins(SetFacts set);

        /** So many more bytes of the database are written; from any thread. */
        void written(long bytes);
    }

    /**
     * What was made.
     *
     * @param data the data directory
     * @param sets that it was made of, in order
     * @param end how far its log reaches
     */
    record Extracted(Path data, List<SetFacts> sets, RolledTo end) {
        Extracted {
            sets = List.copyOf(sets);
        }
    }

    /**
     * Chooses among the sets and makes the directory.
     *
     * @param target a directory that is empty or not there
     * @param toTime the moment up to which the server is to roll forward; everything committed at it or later is left out
     */
    Extracted run(List<FoundSet> sets, Path target, Optional<Instant> toTime) throws IOException {
        Map<Object, FoundSet> byId =
                sets.stream().collect(Collectors.toMap(set -> set.header().setId(), Function.identity()));
        List<SetFacts> chain =
                ExtractPlan.choose(sets.stream().map(FoundSet::facts).toList(), toTime);
        chain.forEach(Extraction::requireEngine);
        ExtractedServer server = ExtractedServer.begin(target, chain.get(0).database());
        boolean done = false;
        try {
            Steps steps = new Steps(server, toTime);
            for (SetFacts set : chain) {
                if (!steps.reached()) {
                    steps.take(set, Objects.requireNonNull(byId.get(set.setId())));
                }
            }
            RolledTo end = steps.end();
            Path data = server.finish();
            done = true;
            return new Extracted(data, steps.taken, end);
        } finally {
            if (!done) {
                server.discard();
            }
        }
    }

    private static void requireEngine(SetFacts set) {
        if (!set.start().engine().equalsIgnoreCase(ENGINE)) {
            throw BackupError.ENGINE_MISMATCH
                    .problem(set.start().engine() + " " + set.start().engineVersion(), ENGINE)
                    .withHint("Only backups of PostgreSQL become data directories.")
                    .asException();
        }
    }

    /** The steps of one extraction. */
    private final class Steps {
        private final ExtractedServer server;
        private final Optional<Instant> toTime;
        private final List<SetFacts> taken = new ArrayList<>();
        private Optional<RestorePosition> position = Optional.empty();
        private Optional<RolledTo> rolled = Optional.empty();

        Steps(ExtractedServer server, Optional<Instant> toTime) {
            this.server = server;
            this.toTime = toTime;
        }

        void take(SetFacts set, FoundSet found) throws IOException {
            Optional<Instant> stopAt = set.type() == BackupType.LOG ? toTime : Optional.empty();
            refusal(set, stopAt).ifPresent(problem -> {
                throw problem.asException();
            });
            progress.begins(set);
            write(found, server.prepare(SetExtraction.step(set, stopAt).kind()));
            RolledTo now = server.keep(SetExtraction.step(set, stopAt));
            position = Optional.of(position.map(at -> at.after(now, stopAt, Recovery.NORECOVERY, ""))
                    .orElseGet(() -> RestorePosition.of(set.database(), set, now, Recovery.NORECOVERY, "")));
            rolled = Optional.of(now);
            taken.add(set);
        }

        private Optional<Problem> refusal(SetFacts set, Optional<Instant> stopAt) {
            RestoreRequest step = new RestoreRequest(
                    set.database(), set.type(), RestoreSequence.fileOf(set), Recovery.NORECOVERY, Optional.empty());
            return RestoreSequence.refusal(
                    new RestoreSequence.Standing(Optional.empty(), position),
                    List.of(),
                    new RestoreSequence.Call(HERE, step, Optional.empty(), Optional.of(set), stopAt));
        }

        private void write(FoundSet set, Path directory) {
            try {
                writer.write(set, files.get(), directory, progress::written)
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException failed) {
                throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
            }
        }

        /** Whether everything before the moment is there. */
        boolean reached() {
            if (toTime.isEmpty() || taken.isEmpty()) {
                return false;
            }
            Optional<Instant> covered =
                    taken.get(taken.size() - 1).start().log().map(LogSpan::fence);
            return rolled.filter(RolledTo::stopped).isPresent()
                    || covered.filter(fence -> !fence.isBefore(toTime.get())).isPresent();
        }

        RolledTo end() {
            if (toTime.isPresent() && !reached()) {
                throw notCovered(toTime.get());
            }
            return rolled.orElseThrow();
        }

        private BakstripeException notCovered(Instant moment) {
            SetFacts last = taken.get(taken.size() - 1);
            Instant end = last.start()
                    .log()
                    .map(LogSpan::fence)
                    .or(() -> last.stop().serverTime())
                    .orElse(last.stop().stoppedAt());
            return BackupError.MOMENT_NOT_COVERED
                    .problem(StopAt.shown(end), StopAt.shown(moment))
                    .asException();
        }
    }
}
