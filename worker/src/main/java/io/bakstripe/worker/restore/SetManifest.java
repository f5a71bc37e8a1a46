package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.format.FrameSplitter;
import io.bakstripe.worker.format.FrameType;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.store.ObjectReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Reads the manifest of a set without its data: of each file its beginning, its end and what the trailer says the manifest is in. Holds one range of
 * {@link #RANGE_BYTES} and one frame at a time, however large the manifest is. Thread-safe.
 */
public final class SetManifest {
    /** Bytes that are asked for at once. */
    static final int RANGE_BYTES = 1 << 20;

    private final ObjectReader store;
    private final Executor executor;

    /** @param executor where pages are decompressed and taken apart */
    public SetManifest(ObjectReader store, Executor executor) {
        this.store = store;
        this.executor = executor;
    }

    /**
     * The set that these files are; fails with {@code FILE_UNKNOWN} when one of them is gone, with {@code FILE_CHANGED} when one is of another set now, and as
     * {@link SetFinder#find} does.
     */
    public CompletionStage<FoundSet> find(BackupSetId set, List<S3Arn> files) {
        List<CompletableFuture<FoundStripe>> reads = files.stream()
                .map(file -> stripe(set, file).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> StoreSetFinder.judge(
                        reads.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<FoundStripe> stripe(BackupSetId set, S3Arn file) {
        return store.head(file)
                .thenCompose(object -> new StripeEnds(
                                store::read,
                                object.orElseThrow(() ->
                                        BackupError.FILE_UNKNOWN.problem(file).asException()))
                        .read())
                .thenApply(stripe -> {
                    if (!stripe.header().setId().equals(set)) {
                        throw BackupError.FILE_CHANGED.problem(file).asException();
                    }
                    return stripe;
                });
    }

    /** Whether the files of the set say where its manifest is. */
    public static boolean located(FoundSet set) {
        return set.stripes().stream()
                .allMatch(stripe -> stripe.trailer().manifestPages().isPresent());
    }

    /**
     * Gives every entry of the manifest to {@code consumer}, one after the other, in no particular order. Fails with {@code FILE_DAMAGED} when what is
     * found is not the manifest that the set claims to have, {@code FILE_CHANGED}, or as the store fails; part of the entries may have been given then.
     */
    public CompletionStage<Void> forEach(FoundSet set, Consumer<ManifestPage.Entry> consumer) {
        AtomicLong entries = new AtomicLong();
        Consumer<ManifestPage.Entry> counting = entry -> {
            entries.incrementAndGet();
            consumer.accept(entry);
        };
        CompletionStage<Void> read = CompletableFuture.completedFuture(null);
        for (FoundStripe stripe : set.stripes()) {
            for (FrameRun run : stripe.trailer().manifestPages().orElse(List.of())) {
                Place place = new Place(stripe.object().file(), "manifest");
                Run reading = new Run(stripe, run, new FrameSplitter(place), place);
                read = read.thenCompose(before -> next(reading, run.offset(), counting));
            }
        }
        return read.thenAccept(done -> {
            if (entries.get() != set.stop().files()) {
                throw new Place(set.stripes().get(0).object().file(), "manifest")
                        .damaged("the set lists " + entries.get() + " files and directories instead of "
                                + set.stop().files());
            }
        });
    }

    private CompletionStage<Void> next(Run reading, long from, Consumer<ManifestPage.Entry> consumer) {
        int length = (int) Math.min(RANGE_BYTES, reading.run().end() - from);
        return store.read(reading.stripe().object(), from, length)
                .thenAcceptAsync(bytes -> reading.take(bytes, consumer), executor)
                .thenCompose(taken -> {
                    if (from + length < reading.run().end()) {
                        return next(reading, from + length, consumer);
                    }
                    reading.frames().finish();
                    return CompletableFuture.completedFuture(null);
                });
    }

    private record Run(FoundStripe stripe, FrameRun run, FrameSplitter frames, Place place) {
        void take(ByteBuffer bytes, Consumer<ManifestPage.Entry> consumer) {
            for (Frame frame : frames.feed(bytes)) {
                if (frame.type() != FrameType.MANIFEST) {
                    throw place.damaged("a " + frame.type() + " frame lies among the pages of the manifest");
                }
                ManifestPage.forEach(place, ByteBuffer.wrap(frame.payload(place)), consumer);
            }
        }
    }
}
