package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.journal.StripeEvent.Position;

/**
 * A frame ready to be stored.
 *
 * @param damage pages in it that are damaged
 * @param manifest whether it holds a page of the manifest
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes of the copy path are never copied without need.
record EncodedChunk(byte[] frame, long plainBytes, Position to, Damage damage, boolean manifest) {
    static EncodedChunk of(PlannedChunk chunk, FrameEncoder encoder, Damage damage) {
        boolean manifest = chunk instanceof PlannedChunk.ManifestChunk;
        return new EncodedChunk(chunk.encode(encoder), chunk.plainBytes(), chunk.to(), damage, manifest);
    }
}
