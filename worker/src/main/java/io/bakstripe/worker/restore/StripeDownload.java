package io.bakstripe.worker.restore;

import akka.NotUsed;
import akka.japi.function.Creator;
import akka.japi.function.Function;
import akka.stream.javadsl.Source;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.PartCutter.PlacedFrame;
import io.bakstripe.worker.restore.PartCutter.Range;
import io.bakstripe.worker.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/**
 * Streams one file of a set into the target directory.
 *
 * <p>Parts are read in ranges, several in flight, so that memory does not depend on the size of parts. Each range is read only once its bytes, and
 * some for the plain bytes of the chunks being written, were granted by the node's budget; they are given back when its frames are written. What a
 * frame across two ranges holds longer than that is less than one frame per file.
 */
final class StripeDownload {
    /** Plain bytes of the one chunk per range that is being written, and of a frame across two ranges. */
    private static final int PLAIN_ALLOWANCE = 2 << 20;

    /** Parts that may be synced while later ones are written. */
    private static final int PARTS_SYNCING = 2;

    private final ObjectStore store;
    private final ByteBudget budget;
    private final RestoreSettings settings;
    private final Executor codec;
    private final Executor blocking;

    StripeDownload(ObjectStore store, ByteBudget budget, RestoreSettings settings, Executor codec, Executor blocking) {
        this.store = store;
        this.budget = budget;
        this.settings = settings;
        this.codec = codec;
        this.blocking = blocking;
    }

    /**
     * The parts of a stripe in order, each once everything in it is written and synced. To be run once.
     *
     * @param progress is told bytes of the database as they are written, from any thread
     */
    Source<AppliedPart, NotUsed> parts(FoundStripe stripe, DataDirectoryWriter target, LongConsumer progress) {
        S3Arn file = stripe.object().file();
        Permits permits = new Permits(budget);
        Creator<Iterator<Range>> ranges =
                () -> PartCutter.ranges(stripe.trailer().parts(), settings.rangeBytes());
        return Source.fromIterator(ranges)
                .mapAsync(settings.rangesInFlight(), range -> fetch(stripe, range, permits))
                .statefulMapConcat(() -> {
                    PartCutter cutter = new PartCutter(file);
                    return fetched -> List.of(
                            new Cut(fetched.range(), cutter.cut(fetched.range(), fetched.bytes()), fetched.held()));
                })
                .mapAsync(settings.rangesInFlight(), cut -> apply(file, cut, target, progress))
                .statefulMapConcat(PartCollector::new)
                .mapAsync(PARTS_SYNCING, part -> sync(part, target))
                .watchTermination((notUsed, done) -> {
                    done.whenComplete((ok, failed) -> permits.close());
                    return notUsed;
                });
    }

    /** Reads a frame again that was read before; for manifest pages. */
    CompletionStage<byte[]> payload(FoundStripe stripe, ManifestFrame at) {
        Place place = Place.part(stripe.object().file(), at.part());
        return store.read(stripe.object(), at.offset(), at.length())
                .thenApplyAsync(
                        bytes -> {
                            Frame frame = Frame.next(place, bytes.duplicate());
                            if (frame == null) {
                                throw place.damaged("a manifest page is cut off");
                            }
                            return frame.payload(place);
                        },
                        codec);
    }

    private CompletionStage<Fetched> fetch(FoundStripe stripe, Range range, Permits permits) {
        return permits.acquire((long) range.length() + PLAIN_ALLOWANCE)
                .thenCompose(held -> store.read(stripe.object(), range.offset(), range.length())
                        .thenApply(bytes -> new Fetched(range, bytes, held)));
    }

    private CompletionStage<Applied> apply(S3Arn file, Cut cut, DataDirectoryWriter target, LongConsumer progress) {
        Set<String> touched = new LinkedHashSet<>();
        List<ManifestFrame> manifest = new ArrayList<>();
        Place place = cut.range().place(file);
        CompletionStage<Void> chain = CompletableFuture.completedFuture(null);
        // One frame after the other: only one chunk of a range is held decompressed at a time, however well it was
        // compressed.
        for (PlacedFrame placed : cut.frames()) {
            chain = chain.thenApplyAsync(nothing -> open(place, cut.range(), placed, manifest), codec)
                    .thenAcceptAsync(
                            pieces -> {
                                for (Piece piece : pieces) {
                                    target.apply(file, piece);
                                    touched.add(piece.path());
                                    progress.accept(piece.bytes().length);
                                }
                            },
                            blocking);
        }
        return chain.thenApply(nothing -> {
            cut.held().release();
            return new Applied(cut.range(), touched, manifest);
        });
    }

    private static List<Piece> open(Place place, Range range, PlacedFrame placed, List<ManifestFrame> manifest) {
        Frame frame = placed.frame();
        byte[] payload = frame.payload(place);
        return switch (frame.type()) {
            case DATA -> Chunk.decode(place, payload);
            case MANIFEST -> {
                ManifestPage.decode(place, payload);
                manifest.add(new ManifestFrame(range.part().number(), placed.offset(), frame.length()));
                yield List.of();
            }
            case HEADER, PADDING -> List.of();
            case TRAILER -> throw place.damaged("a trailer stands where data should");
        };
    }

    private CompletionStage<AppliedPart> sync(WrittenPart part, DataDirectoryWriter target) {
        List<String> paths = List.copyOf(part.touched());
        int share = Math.max(1, (paths.size() + settings.syncThreads() - 1) / settings.syncThreads());
        List<CompletableFuture<Void>> shares = new ArrayList<>();
        for (int from = 0; from < paths.size(); from += share) {
            List<String> some = paths.subList(from, Math.min(paths.size(), from + share));
            shares.add(CompletableFuture.runAsync(() -> target.sync(some), blocking));
        }
        return CompletableFuture.allOf(shares.toArray(CompletableFuture<?>[]::new))
                .thenRunAsync(() -> target.syncDirectories(paths), blocking)
                .thenApply(synced -> new AppliedPart(part.number(), part.plainBytes(), part.manifest()));
    }

    private record Fetched(Range range, ByteBuffer bytes, Permits.Held held) {}

    private record Cut(Range range, List<PlacedFrame> frames, Permits.Held held) {}

    private record Applied(Range range, Set<String> touched, List<ManifestFrame> manifest) {}

    private record WrittenPart(int number, long plainBytes, Set<String> touched, List<ManifestFrame> manifest) {}

    /** Puts the ranges of a part together again. */
    private static final class PartCollector implements Function<Applied, Iterable<WrittenPart>> {
        private static final long serialVersionUID = 1L;
        private transient Set<String> touched = new LinkedHashSet<>();
        private transient List<ManifestFrame> manifest = new ArrayList<>();

        @Override
        public Iterable<WrittenPart> apply(Applied applied) {
            touched.addAll(applied.touched());
            manifest.addAll(applied.manifest());
            if (!applied.range().last()) {
                return List.of();
            }
            WrittenPart part = new WrittenPart(
                    applied.range().part().number(), applied.range().part().plainBytes(), touched, manifest);
            touched = new LinkedHashSet<>();
            manifest = new ArrayList<>();
            return List.of(part);
        }
    }

    /**
     * A part whose files are durable.
     *
     * @param plainBytes of the database in it
     * @param manifest the pages it holds
     */
    record AppliedPart(int number, long plainBytes, List<ManifestFrame> manifest) {}

    /** Where a manifest page is in a file. */
    record ManifestFrame(int part, long offset, int length) {}
}
