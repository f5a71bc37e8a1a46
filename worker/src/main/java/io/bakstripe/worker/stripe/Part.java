package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A part that is ready to be stored.
 *
 * @param body its bytes; empty when they lie in a file
 * @param spooled the file; empty when the bytes are held in memory
 * @param damage pages in it that are damaged
 * @param manifest where in it the pages of the manifest lie
 * @param sealed what the bytes are as the store gets them, where they are sealed; lengths and checksum of the part are those of before
 * @param permit to hold the bytes, wherever they are
 */
record Part(
        int number,
        List<ByteBuffer> body,
        Optional<Path> spooled,
        long storedBytes,
        long plainBytes,
        int crc32c,
        Position from,
        Position to,
        Damage damage,
        List<FrameRun> manifest,
        Optional<Sealed> sealed,
        Permit permit) {
    public Part {
        body = List.copyOf(body);
        manifest = List.copyOf(manifest);
    }

    /** Sends the bytes, wherever they are. */
    CompletionStage<StoredPart> send(ObjectStore store, Upload upload) {
        int sent = sealed.map(Sealed::crc32c).orElse(crc32c);
        return spooled.map(file -> store.uploadPart(upload, number, file, sent))
                .orElseGet(() -> store.uploadPart(upload, number, body, sent));
    }

    PartStored stored(String etag) {
        return new PartStored(
                number,
                from,
                to,
                plainBytes,
                storedBytes,
                crc32c,
                etag,
                Optional.of(damage).filter(Damage::found),
                manifest,
                sealed);
    }
}
