package io.bakstripe.worker.stripe;

import io.bakstripe.worker.budget.ByteBudget.Permit;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.nio.ByteBuffer;
import java.util.List;

/** A part that is ready to be stored, with the permit to hold its bytes. */
record Part(
        int number,
        List<ByteBuffer> body,
        long storedBytes,
        long plainBytes,
        int crc32c,
        Position from,
        Position to,
        Permit permit) {
    public Part {
        body = List.copyOf(body);
    }

    PartStored stored(String etag) {
        return new PartStored(number, from, to, plainBytes, storedBytes, crc32c, etag);
    }
}
