package io.bakstripe.worker.seal;

import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Opens ranges of one sealed part. Reads the segments that hold the range, and before the first of them the part's header, which is kept; gives nothing of a segment that is not genuine. Thread-safe.
 */
final class GcmPart {
    private final StoredObject stored;
    private final AuthenticatedParts parts;
    private final SealedRegion region;
    private final Executor executor;
    private volatile byte @Nullable [] header;

    /** @param stored the object as the store has it */
    GcmPart(StoredObject stored, AuthenticatedParts parts, SealedRegion region, Executor executor) {
        this.stored = stored;
        this.parts = parts;
        this.region = region;
        this.executor = executor;
    }

    SealedRegion region() {
        return region;
    }

    /**
     * A range of the part's frames. Fails with {@code FILE_DAMAGED}, which names the part, where its bytes are not those that were sealed in this place.
     *
     * @param from counted from the first of them
     * @param length at least 1, and no more than there are
     */
    CompletionStage<ByteBuffer> read(ObjectReader store, long from, int length) {
        int first = region.segmentOf(from);
        int behind = region.segmentOf(from + length - 1) + 1;
        long begin = first == 0 ? 0 : region.storedStart(first);
        int bytes = Math.toIntExact(region.storedStart(behind) - begin);
        CompletionStage<ByteBuffer> sealed = store.read(stored, region.storedOffset() + begin, bytes);
        CompletionStage<byte[]> head = first == 0 ? sealed.thenApply(this::keptHeader) : header(store);
        return sealed.thenCombineAsync(
                head,
                (segments, known) -> {
                    int at = first == 0 ? Layout.SEAL_HEADER_BYTES : 0;
                    ByteBuffer only = segments.slice(segments.position() + at, bytes - at);
                    return opened(known, only, first, behind)
                            .slice(Math.toIntExact(from - region.plainStart(first)), length);
                },
                executor);
    }

    private CompletionStage<byte[]> header(ObjectReader store) {
        byte[] known = header;
        return known != null
                ? CompletableFuture.completedFuture(known)
                : store.read(stored, region.storedOffset(), Layout.SEAL_HEADER_BYTES)
                        .thenApply(this::keptHeader);
    }

    private byte[] keptHeader(ByteBuffer begin) {
        byte[] bytes = new byte[Layout.SEAL_HEADER_BYTES];
        begin.duplicate().get(bytes);
        header = bytes;
        return bytes;
    }

    private ByteBuffer opened(byte[] head, ByteBuffer sealed, int first, int behind) {
        ByteBuffer plain = ByteBuffer.allocate(Math.toIntExact(region.plainStart(behind) - region.plainStart(first)));
        try {
            StreamSegmentDecrypter decrypter = parts.decrypter(ByteBuffer.wrap(head), region.number(), region.last());
            int at = 0;
            for (int segment = first; segment < behind; segment++) {
                int length = Math.toIntExact(region.storedStart(segment + 1) - region.storedStart(segment));
                boolean ends = segment + 1 == region.segments();
                decrypter.decryptSegment(sealed.slice(at, length), segment, ends, plain);
                at += length;
            }
        } catch (GeneralSecurityException forged) {
            throw Place.part(stored.file(), region.number()).damaged("it is not what was sealed there");
        }
        return plain.flip();
    }
}
