package io.bakstripe.worker.stripe;

import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.journal.StripeEvent.Position;

/** A frame ready to be stored. */
@SuppressWarnings("ArrayRecordComponent") // The bytes of the copy path are never copied without need.
record EncodedChunk(byte[] frame, long plainBytes, Position to) {
    static EncodedChunk of(PlannedChunk chunk, FrameEncoder encoder) {
        return new EncodedChunk(chunk.encode(encoder), chunk.plainBytes(), chunk.to());
    }
}
