package io.bakstripe.worker.restore;

import akka.NotUsed;
import akka.japi.function.Creator;
import akka.japi.function.Function;
import akka.stream.javadsl.Source;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.PartCutter.Cut;
import io.bakstripe.worker.restore.PartCutter.Range;
import io.bakstripe.worker.restore.RangeWriter.ManifestFrame;
import io.bakstripe.worker.restore.RangeWriter.Written;
import io.bakstripe.worker.store.ObjectReader;
import java.nio.ByteBuffer;
import java.time.Duration;
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
 * some for a frame that reaches into the next one, were granted by the node's budget; they are given back when its frames are written. Plain bytes have
 * rooms of their own.
 *
 * <p>Files are synced for several parts at once: a large file is touched by many parts, and each sync waits for the disk.
 */
final class StripeDownload {
    /** Bytes of a frame across two ranges, which outlives the first of them. */
    private static final int ACROSS_ALLOWANCE = 2 << 20;

    /** Groups of parts that may be synced while later ones are written. */
    private static final int GROUPS_SYNCING = 2;

    /** After this time parts are synced and reported, however few bytes they have. */
    private static final Duration GROUP_PATIENCE = Duration.ofSeconds(1);

    private final ObjectReader store;
    private final ByteBudget budget;
    private final RestoreSettings settings;
    private final PlainRooms rooms;
    private final Executor blocking;

    /** @param store to be asked on behalf of the whole restore */
    StripeDownload(
            ObjectReader store, ByteBudget budget, RestoreSettings settings, PlainRooms rooms, Executor blocking) {
        this.store = store;
        this.budget = budget;
        this.settings = settings;
        this.rooms = rooms;
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
        Creator<Iterator<Range>> ranges = () -> PartCutter.ranges(
                stripe.trailer().parts(),
                settings.rangeBytes(),
                (offset, most) -> store.handyLength(stripe.object(), offset, most));
        return Source.fromIterator(ranges)
                .mapAsync(settings.rangesInFlight(), range -> fetch(stripe, range, permits))
                .statefulMapConcat(() -> {
                    PartCutter cutter = new PartCutter(file);
                    return fetched -> List.of(new Held(cutter.cut(fetched.range(), fetched.bytes()), fetched.held()));
                })
                .mapAsync(settings.rangesInFlight(), cut -> write(file, cut, target, progress))
                .statefulMapConcat(PartCollector::new)
                .groupedWeightedWithin(settings.syncBytes(), WrittenPart::plainBytes, GROUP_PATIENCE)
                .mapAsync(GROUPS_SYNCING, group -> sync(group, target))
                .mapConcat(applied -> applied)
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
                        blocking);
    }

    private CompletionStage<Fetched> fetch(FoundStripe stripe, Range range, Permits permits) {
        return permits.acquire((long) range.length() + ACROSS_ALLOWANCE)
                .thenCompose(held -> store.read(stripe.object(), range.offset(), range.length())
                        .thenApply(bytes -> new Fetched(range, bytes, held)));
    }

    private CompletionStage<Written> write(S3Arn file, Held cut, DataDirectoryWriter target, LongConsumer progress) {
        return rooms.acquire()
                .thenCompose(room -> CompletableFuture.supplyAsync(
                                () -> new RangeWriter(file, cut.cut(), target, progress).write(room), blocking)
                        .whenComplete((written, failed) -> room.release()))
                .thenApply(written -> {
                    cut.held().release();
                    return written;
                });
    }

    private CompletionStage<List<AppliedPart>> sync(List<WrittenPart> group, DataDirectoryWriter target) {
        Set<String> touched = new LinkedHashSet<>();
        group.forEach(part -> touched.addAll(part.touched()));
        List<String> paths = List.copyOf(touched);
        int share = Math.max(1, (paths.size() + settings.syncThreads() - 1) / settings.syncThreads());
        List<CompletableFuture<Void>> shares = new ArrayList<>();
        for (int from = 0; from < paths.size(); from += share) {
            List<String> some = paths.subList(from, Math.min(paths.size(), from + share));
            shares.add(CompletableFuture.runAsync(() -> target.sync(some), blocking));
        }
        return CompletableFuture.allOf(shares.toArray(CompletableFuture<?>[]::new))
                .thenRunAsync(() -> target.syncDirectories(paths), blocking)
                .thenApply(synced -> group.stream()
                        .map(part -> new AppliedPart(part.number(), part.plainBytes(), part.manifest()))
                        .toList());
    }

    private record Fetched(Range range, ByteBuffer bytes, Permits.Held held) {}

    private record Held(Cut cut, Permits.Held held) {}

    private record WrittenPart(int number, long plainBytes, Set<String> touched, List<ManifestFrame> manifest) {}

    /** Puts the ranges of a part together again. */
    private static final class PartCollector implements Function<Written, Iterable<WrittenPart>> {
        private static final long serialVersionUID = 1L;
        private transient Set<String> touched = new LinkedHashSet<>();
        private transient List<ManifestFrame> manifest = new ArrayList<>();

        @Override
        public Iterable<WrittenPart> apply(Written written) {
            touched.addAll(written.touched());
            manifest.addAll(written.manifest());
            if (!written.range().last()) {
                return List.of();
            }
            WrittenPart part = new WrittenPart(
                    written.range().part().number(), written.range().part().plainBytes(), touched, manifest);
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
}
