package io.bakstripe.worker.stripe;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.stripe.PartAssembler.Beginning;
import io.bakstripe.worker.stripe.StripePipeline.Recorder;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Sets streams of parts in motion: a plan from where its record ends, one part again, the trailer. */
final class StripeParts {
    private final StripeDependencies dependencies;
    private final Runnable leave;
    private final Materializer materializer;
    private final Executor blocking;
    private final Executor codecs;

    /**
     * What a stream needs to know.
     *
     * @param key that parts are sealed with, once it is there; empty where they are not
     * @param store on behalf of this stream alone
     * @param recorder takes what is stored
     */
    record Job(
            StripeState state,
            UploadIntended intended,
            Upload upload,
            StripeSpec spec,
            CompletionStage<Optional<DataKey>> key,
            ObjectStore store,
            Recorder recorder) {}

    /** @param leave is asked before each reading of the database and throws when nothing may be read any more */
    StripeParts(StripeDependencies dependencies, Runnable leave, ActorSystem<?> system) {
        this.dependencies = dependencies;
        this.leave = leave;
        this.materializer = SystemMaterializer.get(system).materializer();
        this.blocking =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
        this.codecs = system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.worker.codec-dispatcher"));
    }

    /** Stores what the plan holds behind the last recorded part. */
    StripeRun rest(Job job) {
        StripeState state = job.state();
        int number = state.parts().count() + 1;
        PlanReader reader = reader(job);
        StripePipeline pipeline = pipeline(job);
        return pipeline.plan(
                job.upload(),
                state.position().plan(),
                beginning(job, opening(job, number), number, state.position()),
                chunks(job, PlanRange.from(state.position()), reader),
                state.position().plan() == PlanKind.DATA
                        ? job.spec().dataBytes() - state.parts().plainBytes()
                        : 0,
                reader,
                encoder(job.spec()),
                pipeline.tooLarge(job.spec()),
                job.recorder());
    }

    /** Stores a recorded part of a plan once more: the same run of the plan, read again. */
    StripeRun again(Job job, int number) {
        PlanRange range = job.state().range(number).orElseThrow();
        PlanReader reader = reader(job);
        return pipeline(job)
                .part(
                        job.upload(),
                        beginning(job, opening(job, number), number, range.from()),
                        chunks(job, range, reader),
                        range.until(),
                        job.state().parts().storedBytes(number),
                        reader,
                        encoder(job.spec()),
                        BackupError.PART_LOST.problem(number, job.upload().file()),
                        job.recorder());
    }

    /** Stores the trailer behind all parts of the plans, in the place of one that may be there. */
    StripeRun trailer(Job job, StopFacts stop) {
        StripeSpec spec = job.spec();
        PartLedger parts = job.state().planned();
        int family = spec.stripe().stripe();
        StripeTrailer trailer = new StripeTrailer(
                spec.setId(), family, spec.files(), stop, parts.asIndex(), Optional.of(parts.manifestPages()));
        return pipeline(job)
                .trailer(
                        job.upload(),
                        beginning(
                                job, new byte[0], parts.count() + 1, job.state().position()),
                        () -> {
                            byte[] frame = encoder(spec).trailer(trailer);
                            return joined(frame, FrameEncoder.footer(Sealers.footer(job.state(), frame.length)));
                        },
                        reader(job),
                        job.recorder());
    }

    private static CompletionStage<Beginning> beginning(Job job, byte[] opening, int number, Position from) {
        StripeState state = job.state();
        return job.key()
                .thenApply(key -> new Beginning(
                        opening,
                        number,
                        from,
                        key.map(plain -> Sealers.behind(
                                plain,
                                state.seal().orElseThrow(),
                                job.intended(),
                                number > 1 ? state.parts().sealed(number - 1) : Optional.empty()))));
    }

    /** What a part begins with before its first frame of the plan: the file's own beginning, or nothing. */
    private byte[] opening(Job job, int number) {
        if (number > 1) {
            return new byte[0];
        }
        StripeSpec spec = job.spec();
        return joined(
                FrameEncoder.preamble(Sealers.preamble(job.state())),
                // The time of the record, not of the clock: the same bytes whenever they are made again.
                encoder(spec)
                        .header(Headers.of(
                                spec, dependencies.writer(), job.intended().at())));
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = new byte[one.length + other.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private ChunkSource chunks(Job job, PlanRange range, PlanReader reader) {
        PlanKind plan = range.from().plan();
        return new ChunkSource(
                range, page -> dependencies.slices().fetch(job.spec().stripe(), plan, page), reader);
    }

    private PlanReader reader(Job job) {
        return new PlanReader(dependencies.sources(), job.spec(), leave, blocking);
    }

    private StripePipeline pipeline(Job job) {
        return new StripePipeline(dependencies, job.store(), materializer, codecs);
    }

    private FrameEncoder encoder(StripeSpec spec) {
        return new FrameEncoder(
                spec.compression() ? Codec.ZSTD : Codec.NONE,
                dependencies.settings().zstdLevel());
    }
}
