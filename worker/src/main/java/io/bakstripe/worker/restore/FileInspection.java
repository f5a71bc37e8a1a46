package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.PartCutter.Range;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Looks into backup files without restoring them: no cluster, no database, nothing written. All methods block; failures are {@code BakstripeException}s. */
public final class FileInspection {
    private static final int RANGE_BYTES = 8 << 20;

    private final RangeSource source;
    private final PlainRooms.Room room =
            new PlainRooms(1).acquire().toCompletableFuture().join();

    public FileInspection(RangeSource source) {
        this.source = source;
    }

    /** What the file says of itself; refuses files as a restore does, except for what only the parts show. */
    public FoundStripe ends(StoredObject object) {
        return await(new StripeEnds(source, object).read());
    }

    /** The set that these files make up; throws {@code STRIPE_MISSING}, {@code STRIPE_DOUBLED} or {@code STRIPE_FOREIGN} when they do not. */
    public static FoundSet set(List<FoundStripe> files) {
        return StoreSetFinder.judge(files);
    }

    /**
     * Reads all parts and checks every checksum and every statement in them; throws {@code FILE_DAMAGED} naming the part, or {@code PATH_UNSAFE}.
     *
     * @param manifest is shown the entries of the manifest pages in this file
     */
    public Contents contents(FoundStripe stripe, Consumer<ManifestPage.Entry> manifest) {
        S3Arn file = stripe.object().file();
        PartCutter cutter = new PartCutter(file);
        Counts counts = new Counts();
        Iterator<Range> ranges = PartCutter.ranges(stripe.trailer().parts(), RANGE_BYTES);
        while (ranges.hasNext()) {
            Range range = ranges.next();
            Place place = range.place(file);
            ByteBuffer bytes = await(source.read(stripe.object(), range.offset(), range.length()));
            cutter.cut(range, bytes).forEach(place, (offset, frame) -> frame(place, offset, frame, counts, manifest));
        }
        return new Contents(counts.chunks, counts.pieces, counts.plainBytes, counts.entries);
    }

    private void frame(Place place, long offset, Frame frame, Counts counts, Consumer<ManifestPage.Entry> manifest) {
        switch (frame.type()) {
            case DATA -> {
                counts.chunks++;
                Chunk.forEach(place, frame.payload(place, room::of), entry -> {
                    counts.pieces++;
                    counts.plainBytes += entry.bytes().remaining();
                });
            }
            case MANIFEST ->
                ManifestPage.forEach(place, frame.payload(place, room::of), entry -> {
                    counts.entries++;
                    manifest.accept(entry);
                });
            case HEADER, PADDING, TRAILER -> RangeWriter.checkPlain(place, offset, frame);
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /**
     * What the parts of one file hold.
     *
     * @param chunks DATA frames
     * @param pieces of files and directories in them
     * @param plainBytes of the database
     * @param entries of manifest pages
     */
    public record Contents(long chunks, long pieces, long plainBytes, long entries) {}

    private static final class Counts {
        private long chunks;
        private long pieces;
        private long plainBytes;
        private long entries;
    }
}
