package io.bakstripe.worker.stripe;

import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.util.List;

/** What becomes one frame: either some pieces or one page of the manifest. */
sealed interface PlannedChunk {
    /** Where the plan goes on behind it. */
    Position to();

    /** Bytes of the set in it. */
    long plainBytes();

    byte[] encode(FrameEncoder encoder);

    /** @param check what the pages in them can be checked with */
    record Pieces(List<Piece> pieces, Position to, PageCheck check) implements PlannedChunk {
        public Pieces {
            pieces = List.copyOf(pieces);
        }

        /** The pages that cannot be right, in order. */
        List<Suspect> suspects() {
            return pieces.stream()
                    .flatMap(piece -> check.suspects(piece).stream())
                    .toList();
        }

        @Override
        public long plainBytes() {
            return pieces.stream().mapToLong(piece -> piece.length()).sum();
        }

        @Override
        public byte[] encode(FrameEncoder encoder) {
            return encoder.chunk(pieces);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Made once, read once.
    record ManifestChunk(byte[] page, Position to) implements PlannedChunk {
        @Override
        public long plainBytes() {
            return page.length;
        }

        @Override
        public byte[] encode(FrameEncoder encoder) {
            return encoder.manifest(page);
        }
    }
}
