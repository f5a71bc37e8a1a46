package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.format.FrameEncoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Makes frames of chunks: checks their pages, then packs what is to be stored. Both happen on the codecs' threads, of which a stripe uses as many as it
 * has chunks in flight; only a chunk with a suspicious page waits for the database once more.
 */
final class FrameFactory {
    private final FrameEncoder encoder;
    private final SuspectPages suspects;
    private final Executor codecs;

    FrameFactory(FrameEncoder encoder, SuspectPages suspects, Executor codecs) {
        this.encoder = encoder;
        this.suspects = suspects;
        this.codecs = codecs;
    }

    /** The chunk's frame, with the damage that it holds. */
    CompletionStage<EncodedChunk> frame(PlannedChunk chunk) {
        return CompletableFuture.supplyAsync(() -> checked(chunk), codecs).thenCompose(frame -> frame);
    }

    private CompletionStage<EncodedChunk> checked(PlannedChunk chunk) {
        if (chunk instanceof PlannedChunk.Pieces pieces) {
            List<Suspect> found = pieces.suspects();
            if (!found.isEmpty()) {
                return suspects.settle(pieces.pieces(), found)
                        .thenApplyAsync(
                                settled -> EncodedChunk.of(
                                        new PlannedChunk.Pieces(settled.pieces(), pieces.to(), pieces.check()),
                                        encoder,
                                        settled.damage()),
                                codecs);
            }
        }
        return CompletableFuture.completedFuture(EncodedChunk.of(chunk, encoder, Damage.none()));
    }
}
