package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.format.StripeReader;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads the beginning and the end of one file: in most cases with one ranged read each, with a second one where header or trailer are long. */
final class StripeEnds {
    private static final int GUESS_BYTES = 64 << 10;

    private final RangeSource source;
    private final StoredObject object;
    private final S3Arn file;

    StripeEnds(RangeSource source, StoredObject object) {
        this.source = source;
        this.object = object;
        this.file = object.file();
    }

    CompletionStage<FoundStripe> read() {
        return range(0, GUESS_BYTES).thenCompose(begin -> {
            Preamble preamble = Preamble.read(file, begin);
            return header(preamble, begin)
                    .thenCompose(header -> range(object.size() - GUESS_BYTES, GUESS_BYTES)
                            .thenCompose(end -> trailer(preamble, header, end)));
        });
    }

    private CompletionStage<StripeHeader> header(Preamble preamble, ByteBuffer begin) {
        ByteBuffer frames = behindPreamble(begin);
        int length = Frame.peekLength(new Place(file, "header"), frames);
        if (length == 0 || Layout.PREAMBLE_BYTES + length > object.size()) {
            // Only the end tells a file that was cut here from one whose header lies.
            return range(object.size() - Layout.FOOTER_BYTES, Layout.FOOTER_BYTES)
                    .thenApply(end -> {
                        Footer.read(file, object.size(), end);
                        return StripeReader.header(file, preamble, frames);
                    });
        }
        if (length <= frames.remaining()) {
            return CompletableFuture.completedFuture(StripeReader.header(file, preamble, frames));
        }
        return range(0, Layout.PREAMBLE_BYTES + length)
                .thenApply(longer -> StripeReader.header(file, preamble, behindPreamble(longer)));
    }

    private CompletionStage<FoundStripe> trailer(Preamble preamble, StripeHeader header, ByteBuffer end) {
        int footerAt = Math.max(0, end.remaining() - Layout.FOOTER_BYTES);
        Footer footer =
                Footer.read(file, object.size(), end.slice(end.position() + footerAt, end.remaining() - footerAt));
        int trailerAt = footerAt - footer.trailerBytes();
        CompletionStage<ByteBuffer> frame = trailerAt >= 0
                ? CompletableFuture.completedFuture(end.slice(end.position() + trailerAt, footer.trailerBytes()))
                : range(footer.trailerOffset(), footer.trailerBytes());
        return frame.thenApply(bytes ->
                new FoundStripe(object, preamble.mode(), header, StripeReader.trailer(file, preamble, footer, bytes)));
    }

    private static ByteBuffer behindPreamble(ByteBuffer begin) {
        return begin.slice(begin.position() + Layout.PREAMBLE_BYTES, begin.remaining() - Layout.PREAMBLE_BYTES);
    }

    /** The range, cut to where the file begins and ends. */
    private CompletionStage<ByteBuffer> range(long offset, int length) {
        long from = Math.max(0, offset);
        int bytes = (int) Math.min(offset + length - from, object.size() - from);
        if (bytes <= 0) {
            return CompletableFuture.completedFuture(ByteBuffer.allocate(0));
        }
        return source.read(object, from, bytes);
    }
}
