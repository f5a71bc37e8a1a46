package io.bakstripe.worker.stripe;

import akka.Done;
import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.KillSwitches;
import akka.stream.Materializer;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.stripe.PartAssembler.Beginning;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * The stream of a stripe: plan → chunks → frames → parts → store → record, each stage asked for more only by the one behind it.
 *
 * <p><b>What is held.</b> Bytes of parts only under a permit of the node's budget, or of its spool, taken before the part begins to fill and given back
 * when the store has answered; besides that at most {@link StripeSettings#chunksInFlight()} chunks. <b>Order.</b> Parts finish in any order, but leave the storing
 * stage in the order of their numbers, so that what is recorded is always a contiguous prefix. <b>Back-pressure.</b> A recording that is slow or
 * hangs stops the storing stage, that the assembling, that the reading.
 */
final class StripePipeline {
    private final ObjectStore store;
    private final PartSpace space;
    private final StripeDependencies dependencies;
    private final Materializer materializer;
    private final Executor codecs;

    /** @param store where parts go, on behalf of this work alone */
    StripePipeline(StripeDependencies dependencies, ObjectStore store, Materializer materializer, Executor codecs) {
        this.store = store;
        this.space = new PartSpace(dependencies.budget(), dependencies.spool());
        this.dependencies = dependencies;
        this.materializer = materializer;
        this.codecs = codecs;
    }

    /** Takes a stored part to where it is recorded; completes when it is. */
    @FunctionalInterface
    interface Recorder extends Function<PartStored, CompletionStage<Done>> {}

    /**
     * Stores a plan.
     *
     * @param planBytes plain bytes that the chunks will have, 0 when that is not known
     * @param tooMany what the stream fails with when the file reaches its largest size
     */
    StripeRun plan(
            Upload upload,
            PlanKind plan,
            CompletionStage<Beginning> beginning,
            ChunkSource chunks,
            long planBytes,
            PlanReader reader,
            FrameEncoder encoder,
            Problem tooMany,
            Recorder recorder) {
        PartPermits permits = new PartPermits(space);
        int maxParts = maxParts() - (plan == PlanKind.DATA ? keptForClosing() : 1);
        Source<Part, NotUsed> parts = parts(
                beginning,
                begun -> frames(chunks, reader, encoder)
                        .via(new PartAssembler(begun, targets(planBytes, maxParts), maxParts, tooMany, permits)));
        return start(upload, parts, permits, recorder, reader);
    }

    /**
     * Stores one part again.
     *
     * @param beginning of the part
     * @param chunks everything that belongs into it
     * @param until where the next part begins
     * @param bytes of the part as it was
     * @param grown what the stream fails with when the part has grown beyond all measure
     */
    StripeRun part(
            Upload upload,
            CompletionStage<Beginning> beginning,
            ChunkSource chunks,
            Optional<Position> until,
            long bytes,
            PlanReader reader,
            FrameEncoder encoder,
            Problem grown,
            Recorder recorder) {
        PartPermits permits = new PartPermits(space);
        // It may be larger now, because its data compress worse; twice as large it would not be, unless it is another
        // part.
        int most = (int)
                Math.min(Integer.MAX_VALUE - PartAssembler.SLACK_BYTES, Math.max(Layout.MIN_PART_BYTES, 2 * bytes));
        Source<Part, NotUsed> parts = parts(
                        beginning,
                        begun -> frames(chunks, reader, encoder)
                                .via(new PartAssembler(begun, whole(most), begun.number(), grown, permits)))
                .map(part -> {
                    if (until.filter(end -> !end.equals(part.to())).isPresent()) {
                        throw grown.asException();
                    }
                    return part;
                });
        return start(upload, parts, permits, recorder, reader);
    }

    /** The stream begins once it is known what it begins with; whatever fails before, fails it. */
    private static Source<Part, NotUsed> parts(
            CompletionStage<Beginning> beginning, Function<Beginning, Source<Part, NotUsed>> parts) {
        return Source.completionStageSource(beginning.thenApply(parts))
                .mapMaterializedValue(ignored -> NotUsed.getInstance());
    }

    private Source<EncodedChunk, NotUsed> frames(ChunkSource chunks, PlanReader reader, FrameEncoder encoder) {
        FrameFactory frames = new FrameFactory(encoder, new SuspectPages(reader::again, this::pause), codecs);
        return Source.unfoldAsync(
                        chunks,
                        source -> source.next().thenApply(next -> next.map(chunk -> Pair.create(source, chunk))))
                .mapAsync(dependencies.settings().chunksInFlight(), frames::frame);
    }

    private CompletionStage<Done> pause() {
        long millis = dependencies.settings().rereadPause().toMillis();
        return CompletableFuture.supplyAsync(
                Done::getInstance, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, codecs));
    }

    /** Stores one part that is made at once: the trailer's, which alone may be short. */
    StripeRun trailer(
            Upload upload,
            CompletionStage<Beginning> beginning,
            Supplier<byte[]> bytes,
            PlanReader reader,
            Recorder recorder) {
        PartPermits permits = new PartPermits(space);
        Source<Part, NotUsed> part = Source.lazyCompletionStage(() ->
                        beginning.thenCompose(begun -> permits.acquire(Layout.MIN_PART_BYTES)
                                .thenApplyAsync(permit -> trailerPart(begun, bytes.get(), permit), codecs)))
                .mapMaterializedValue(ignored -> NotUsed.getInstance());
        return start(upload, part, permits, recorder, reader);
    }

    private static Part trailerPart(Beginning beginning, byte[] made, Permit permit) {
        byte[] sent = beginning
                .sealer()
                .map(sealer -> sealer.last(beginning.number(), made))
                .orElse(made);
        return new Part(
                beginning.number(),
                List.of(ByteBuffer.wrap(sent)),
                Optional.empty(),
                made.length,
                0,
                crc32c(made),
                beginning.from(),
                beginning.from(),
                Damage.none(),
                List.of(),
                // Nothing is ever sealed behind the last part.
                beginning.sealer().map(sealer -> new Sealed(sent.length, crc32c(sent), "")),
                permit);
    }

    private static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private StripeRun start(
            Upload upload, Source<Part, NotUsed> parts, PartPermits permits, Recorder recorder, PlanReader reader) {
        int inFlight = dependencies.settings().partsInFlight();
        SharedKillSwitch killSwitch = KillSwitches.shared("stripe " + upload.file());
        StripeRun.Requests requests = new StripeRun.Requests();
        CompletionStage<Done> done = parts.via(killSwitch.flow())
                .mapAsync(inFlight, part -> store(upload, part, permits, requests))
                .mapAsync(1, recorder::apply)
                .via(killSwitch.flow())
                .runWith(Sink.ignore(), materializer)
                .whenComplete((ended, failure) -> {
                    permits.close();
                    reader.release();
                    requests.end();
                });
        return new StripeRun(killSwitch, done, requests, reader::statements);
    }

    private CompletionStage<PartStored> store(
            Upload upload, Part part, PartPermits permits, StripeRun.Requests requests) {
        if (!permits.handOver(part.permit())) {
            return CompletableFuture.failedFuture(new CancellationException("the stream has ended"));
        }
        requests.begin();
        CompletionStage<StoredPart> request;
        try {
            request = part.send(store, upload);
        } catch (RuntimeException refused) {
            request = CompletableFuture.failedFuture(refused);
        }
        Function<String, PartStored> stored = storedAs(part);
        return request.whenComplete((answer, failure) -> {
                    part.permit().release();
                    requests.end();
                })
                .thenApply(answer -> stored.apply(answer.etag()));
    }

    /** Keeps the facts of a part without its bytes. */
    private static Function<String, PartStored> storedAs(Part part) {
        PartStored facts = part.stored("");
        return etag -> new PartStored(
                facts.number(),
                facts.from(),
                facts.to(),
                facts.plainBytes(),
                facts.storedBytes(),
                facts.crc32c(),
                etag,
                facts.damage(),
                facts.manifest(),
                facts.sealed());
    }

    private PartTargets targets(long planBytes, int maxParts) {
        return new PartTargets(this::targetBytes, space::targetBytes, planBytes, maxParts - 2);
    }

    private static PartTargets whole(int bytes) {
        return new PartTargets(number -> bytes, wanted -> wanted, 0, 0);
    }

    private int targetBytes(int number) {
        return space.targetBytes(dependencies.sizing().targetBytes(number));
    }

    /** The last number that a part may have: so many that neither their number nor the file's size exceeds what the store takes. */
    private int maxParts() {
        long bytes = 0;
        for (int number = 1; number <= Layout.MAX_PARTS; number++) {
            bytes += (long) targetBytes(number) + PartAssembler.SLACK_BYTES;
            if (bytes > store.maxObjectBytes()) {
                return number - 1;
            }
        }
        return Layout.MAX_PARTS;
    }

    /** Parts that data leave to the closing plan and the trailer: 500 of 10 000. */
    private int keptForClosing() {
        return Math.max(2, maxParts() / 20);
    }

    /** The failure of a file that cannot grow any more; names files enough for data that cannot be compressed at all. */
    Problem tooLarge(StripeSpec spec) {
        long capacity = 0;
        int last = maxParts() - keptForClosing();
        for (int number = 1; number <= last; number++) {
            capacity += targetBytes(number);
        }
        long enough = (long) Math.ceil((double) spec.files() * spec.dataBytes() / capacity);
        return BackupError.STRIPE_LIMIT.problem(spec.file(), Math.max(spec.files() + 1L, enough));
    }
}
