package io.bakstripe.worker.stripe;

import static java.util.Objects.requireNonNull;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.stream.SystemMaterializer;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.stripe.PartAssembler.Beginning;
import io.bakstripe.worker.stripe.StripePipeline.Recorder;
import io.bakstripe.worker.stripe.StripeUpload.Publication;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a stripe worker has under way, one thing at a time. Each thing answers the worker with a message that carries its number; {@link #current}
 * tells whether the answer is still wanted. Used by the worker's own thread only.
 */
final class StripeWork {
    private final ActorContext<StripeMessage> context;
    private final StripeDependencies dependencies;
    private final StripeUpload store;
    private final StripePipeline pipeline;
    private final Executor blocking;

    private StripeActivity activity = StripeActivity.NONE;
    private int number;
    private long statementsBefore;
    private @Nullable StripeRun run;
    private @Nullable Problem failure;
    private @Nullable Closing closing;

    private record Closing(StripeSpec spec, StopFacts stop) {}

    /** The upload's id is known. */
    record UploadBegun(int work, Upload upload) implements StripeMessage {}

    /** A part waits to be recorded; the stream goes on with {@code recorded}. */
    record PartArrived(int work, PartStored part, CompletableFuture<Done> recorded) implements StripeMessage {}

    /** A stream or a comparison has ended, well if there is no problem. */
    record WorkEnded(int work, Optional<Problem> problem) implements StripeMessage {}

    record PublishEnded(int work, Publication publication) implements StripeMessage {}

    /** @param gone the store does not know the upload, and nothing of ours that could change that is on its way */
    record AbortEnded(int work, boolean gone) implements StripeMessage {}

    StripeWork(ActorContext<StripeMessage> context, StripeDependencies dependencies) {
        this.context = context;
        this.dependencies = dependencies;
        this.store = new StripeUpload(dependencies.store());
        this.blocking = context.getSystem()
                .dispatchers()
                .lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
        this.pipeline = new StripePipeline(
                dependencies,
                SystemMaterializer.get(context.getSystem()).materializer(),
                context.getSystem()
                        .dispatchers()
                        .lookup(DispatcherSelector.fromConfig("bakstripe.worker.codec-dispatcher")));
    }

    StripeActivity activity() {
        return activity;
    }

    Optional<Problem> failure() {
        return Optional.ofNullable(failure);
    }

    /** True when the thing of that number is what is under way. */
    boolean current(int work) {
        return work == number && activity != StripeActivity.NONE;
    }

    /** Statements that this worker's readers have sent. */
    long statements() {
        return statementsBefore + (run == null ? 0 : run.statements());
    }

    void begin(UploadIntended intended, StripeSpec spec) {
        int work = next(StripeActivity.BEGINNING);
        context.pipeToSelf(
                store.begin(intended, spec.stripe()),
                (upload, failed) -> failed == null ? new UploadBegun(work, upload) : ended(work, failed));
    }

    void streamData(StripeState state, Upload upload, StripeSpec spec) {
        byte[] preamble = FrameEncoder.preamble(spec.setId(), spec.stripe().stripe(), spec.files());
        byte[] header = encoder(spec)
                .header(Headers.of(
                        spec, dependencies.writer(), dependencies.clock().instant()));
        byte[] opening = new byte[preamble.length + header.length];
        System.arraycopy(preamble, 0, opening, 0, preamble.length);
        System.arraycopy(header, 0, opening, preamble.length, header.length);
        stream(StripeActivity.STREAMING_DATA, PlanKind.DATA, opening, state, upload, spec);
    }

    void streamClosing(StripeState state, Upload upload, StripeSpec spec, StopFacts stop) {
        closing = new Closing(spec, stop);
        stream(StripeActivity.STREAMING_CLOSING, PlanKind.CLOSING, new byte[0], state, upload, spec);
    }

    private void stream(
            StripeActivity kind, PlanKind plan, byte[] opening, StripeState state, Upload upload, StripeSpec spec) {
        int work = next(kind);
        PlanReader reader = new PlanReader(dependencies.sources(), spec, blocking);
        ChunkSource chunks =
                new ChunkSource(plan, page -> dependencies.slices().fetch(spec.stripe(), plan, page), reader);
        watch(
                work,
                pipeline.plan(
                        upload,
                        new Beginning(opening, state.parts().count() + 1, state.position()),
                        chunks,
                        reader,
                        encoder(spec),
                        pipeline.tooLarge(spec),
                        recorder(work)));
    }

    /** Stores the trailer with the facts that {@link #streamClosing} was given. */
    void storeTrailer(StripeState state, Upload upload) {
        Closing known = requireNonNull(closing);
        StripeSpec spec = known.spec();
        int work = next(StripeActivity.STORING_TRAILER);
        int family = spec.stripe().stripe();
        StripeTrailer trailer = new StripeTrailer(
                spec.setId(), family, spec.files(), known.stop(), state.parts().asIndex());
        long offset = state.parts().storedBytes();
        PlanReader unused = new PlanReader(dependencies.sources(), spec, blocking);
        watch(
                work,
                pipeline.trailer(
                        upload,
                        state.parts().count() + 1,
                        state.position(),
                        () -> {
                            byte[] frame = encoder(spec).trailer(trailer);
                            byte[] footer =
                                    FrameEncoder.footer(spec.setId(), family, spec.files(), offset, frame.length);
                            byte[] part = new byte[frame.length + footer.length];
                            System.arraycopy(frame, 0, part, 0, frame.length);
                            System.arraycopy(footer, 0, part, frame.length, footer.length);
                            return part;
                        },
                        unused,
                        recorder(work)));
    }

    void compare(StripeActivity kind, StripeState state, Upload upload) {
        int work = next(kind);
        context.pipeToSelf(
                store.compare(upload, state.parts()),
                (difference, failed) -> failed == null ? new WorkEnded(work, difference) : ended(work, failed));
    }

    void publish(UploadIntended intended, StripeState state, Upload upload) {
        int work = next(StripeActivity.PUBLISHING);
        context.pipeToSelf(
                store.publish(intended, upload, state.parts()),
                (outcome, failed) ->
                        new PublishEnded(work, failed == null ? outcome : new Publication.Unclear(Problem.of(failed))));
    }

    /** Breaks off whatever is under way and asks the store to forget the upload. */
    void abort(Upload upload) {
        StripeRun broken = run;
        stop();
        int work = next(StripeActivity.ABORTING);
        CompletionStage<Boolean> quiet = broken == null
                ? CompletableFuture.completedFuture(true)
                : broken.quiet()
                        .thenApply(done -> true)
                        .completeOnTimeout(
                                false, dependencies.settings().abortPatience().toMillis(), TimeUnit.MILLISECONDS);
        context.pipeToSelf(
                quiet.thenCompose(still -> store.abort(upload).thenApply(gone -> gone && still)),
                (gone, failed) -> new AbortEnded(work, failed == null && gone));
        // A request that outlives the patience may still add a part: the next try waits for it again.
        run = broken;
    }

    /** What was under way has ended well. */
    void done() {
        activity = StripeActivity.NONE;
    }

    /** The worker cannot go on; only an abort ends this. */
    void fail(Problem problem) {
        stop();
        failure = problem;
    }

    /** Breaks off what is under way; its answer is not wanted any more. */
    void stop() {
        if (run != null) {
            run.kill(BackupError.STOPPED_BY_NODE.problem().asException());
        }
        number++;
        activity = StripeActivity.NONE;
    }

    /** Forgets everything, as after a restart. */
    void reset() {
        stop();
        run = null;
        failure = null;
    }

    private int next(StripeActivity kind) {
        activity = kind;
        return ++number;
    }

    private void watch(int work, StripeRun started) {
        statementsBefore = statements();
        run = started;
        context.pipeToSelf(
                started.done(),
                (done, failed) -> failed == null ? new WorkEnded(work, Optional.empty()) : ended(work, failed));
    }

    private Recorder recorder(int work) {
        ActorRef<StripeMessage> self = context.getSelf();
        return part -> {
            CompletableFuture<Done> recorded = new CompletableFuture<>();
            self.tell(new PartArrived(work, part, recorded));
            return recorded;
        };
    }

    private FrameEncoder encoder(StripeSpec spec) {
        return new FrameEncoder(
                spec.compression() ? Codec.ZSTD : Codec.NONE,
                dependencies.settings().zstdLevel());
    }

    private static WorkEnded ended(int work, Throwable failed) {
        return new WorkEnded(work, Optional.of(Problem.of(failed)));
    }
}
