package io.bakstripe.worker.seal;

import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.StripeReader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Mode 2, authenticated: parts that are sealed each by itself and bound to their places, keys in an object beside the file; {@code docs/format.md}, part 5.2. Where the parts lie, the trailer
 * tells, which is sealed, too: of what preamble and footer say nothing is relied on before a part that is bound to it was found genuine.
 */
final class GcmFile implements OpenFile {
    private final StoredObject plain;
    private final DataKey key;
    private final ByteBuffer preamble;
    private final List<GcmPart> parts;
    private final ByteBuffer footer;

    private GcmFile(StoredObject stored, DataKey key, Preamble preamble, List<GcmPart> parts, Footer footer) {
        this.plain = new StoredObject(stored.file(), footer.fileBytes(), stored.etag(), stored.metadata());
        this.key = key;
        this.preamble = ByteBuffer.wrap(FrameEncoder.preamble(preamble));
        this.parts = parts;
        this.footer = ByteBuffer.wrap(FrameEncoder.footer(footer));
    }

    /** Opens it: its end, its keys, its trailer. Fails as {@link Footer#read}, {@link KeyObjects} and {@link KeyUse} do, and with {@code FILE_DAMAGED} where the trailer is not genuine. */
    static CompletionStage<GcmFile> open(
            ObjectReader store, KeyUse keys, StoredObject object, Preamble preamble, Executor executor) {
        int footerBytes = (int) Math.min(Layout.FOOTER_BYTES, object.size());
        FileIdentity identity = new FileIdentity(
                preamble.cipher().orElseThrow().dataKeyId(), preamble.setId(), preamble.family(), preamble.families());
        return store.read(object, object.size() - footerBytes, footerBytes)
                .thenApply(end -> footer(object, end))
                .thenCompose(footer -> KeyObjects.of(store, object.file(), identity)
                        .thenCompose(wrapped -> keys.withKey(
                                object.file(),
                                wrapped,
                                key -> opened(store, object, preamble, footer, identity, key, executor))));
    }

    private static Footer footer(StoredObject object, ByteBuffer end) {
        Footer footer = Footer.read(object.file(), object.size(), end);
        if (footer.mode() != Mode.AUTHENTICATED || !end.equals(ByteBuffer.wrap(FrameEncoder.footer(footer)))) {
            throw new Place(object.file(), "footer").damaged("it is none of an authenticated file");
        }
        return footer;
    }

    private static CompletionStage<GcmFile> opened(
            ObjectReader store,
            StoredObject object,
            Preamble preamble,
            Footer footer,
            FileIdentity identity,
            DataKey key,
            Executor executor) {
        AuthenticatedParts opener = new AuthenticatedParts(key, identity);
        int sealed = footer.trailerBytes();
        long frameBytes = AuthenticatedParts.plainBytes(sealed)
                .orElseThrow(() -> end(object).damaged("nothing that is sealed has " + sealed + " bytes"));
        SealedRegion last = new SealedRegion(footer.lastPart(), true, 0, frameBytes, footer.trailerOffset());
        return new GcmPart(object, opener, last, executor)
                .read(store, 0, Math.toIntExact(frameBytes))
                .thenApply(frame -> {
                    Footer plain = StripeReader.plainFooter(object.file(), footer, frame);
                    StripeTrailer trailer = StripeReader.trailer(object.file(), preamble, plain, frame);
                    List<GcmPart> parts = regions(object, footer, trailer, frameBytes).stream()
                            .map(region -> new GcmPart(object, opener, region, executor))
                            .toList();
                    return new GcmFile(object, key, preamble, parts, plain);
                });
    }

    private static List<SealedRegion> regions(
            StoredObject object, Footer footer, StripeTrailer trailer, long trailerBytes) {
        List<SealedRegion> regions = new ArrayList<>();
        long plainOffset = Layout.PREAMBLE_BYTES;
        long storedOffset = Layout.PREAMBLE_BYTES;
        for (PartEntry part : trailer.parts()) {
            long frames = part.offset() + part.storedBytes() - plainOffset;
            SealedRegion region = new SealedRegion(part.number(), false, plainOffset, frames, storedOffset);
            regions.add(region);
            plainOffset = region.plainEnd();
            storedOffset += region.storedBytes();
        }
        if (storedOffset != footer.trailerOffset() || regions.size() + 1 != footer.lastPart()) {
            throw end(object).damaged("the file's parts are not those that its trailer names");
        }
        regions.add(new SealedRegion(footer.lastPart(), true, plainOffset, trailerBytes, storedOffset));
        return regions;
    }

    private static Place end(StoredObject object) {
        return new Place(object.file(), "trailer");
    }

    @Override
    public StoredObject plain() {
        return plain;
    }

    @Override
    public CompletionStage<ByteBuffer> read(ObjectReader store, long offset, int length) {
        long end = offset + length;
        if (offset < 0 || length < 0 || end > plain.size()) {
            throw new IllegalArgumentException("no bytes at " + offset + "+" + length + " of " + plain.size());
        }
        List<CompletionStage<ByteBuffer>> pieces = new ArrayList<>();
        if (offset < Layout.PREAMBLE_BYTES) {
            int bytes = (int) (Math.min(end, Layout.PREAMBLE_BYTES) - offset);
            pieces.add(CompletableFuture.completedFuture(preamble.slice((int) offset, bytes)));
        }
        for (int part = partAt(offset); part < parts.size(); part++) {
            SealedRegion region = parts.get(part).region();
            long from = Math.max(offset, region.plainOffset());
            long to = Math.min(end, region.plainEnd());
            if (from >= to) {
                break;
            }
            pieces.add(parts.get(part).read(store, from - region.plainOffset(), (int) (to - from)));
        }
        long footerAt = plain.size() - Layout.FOOTER_BYTES;
        if (end > footerAt) {
            int from = (int) (Math.max(offset, footerAt) - footerAt);
            pieces.add(CompletableFuture.completedFuture(footer.slice(from, (int) (end - footerAt) - from)));
        }
        return pieces.size() == 1 ? pieces.get(0) : joined(pieces, length);
    }

    /** The part that holds a position; the first for the preamble, none for the footer. */
    private int partAt(long offset) {
        int low = 0;
        int high = parts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (parts.get(middle).region().plainEnd() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static CompletionStage<ByteBuffer> joined(List<CompletionStage<ByteBuffer>> pieces, int length) {
        CompletionStage<ByteBuffer> all = CompletableFuture.completedFuture(ByteBuffer.allocate(length));
        for (CompletionStage<ByteBuffer> piece : pieces) {
            all = all.thenCombine(piece, ByteBuffer::put);
        }
        return all.thenApply(ByteBuffer::flip);
    }

    /** Up to the end of the last segment that is whole; the range itself where none is. */
    @Override
    public int handyLength(long offset, int most) {
        int part = partAt(offset + most);
        if (part == parts.size()) {
            return most;
        }
        SealedRegion region = parts.get(part).region();
        long within = Math.max(0, offset + most - region.plainOffset());
        long whole = region.plainOffset() + region.plainStart(region.segmentOf(within)) - offset;
        return whole > 0 && whole <= most ? (int) whole : most;
    }

    @Override
    public void close() {
        key.close();
    }
}
