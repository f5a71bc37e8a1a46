package io.bakstripe.worker.journal;

import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import java.util.List;
import java.util.Optional;

/**
 * {@link StripeSnapshot} as it was before it said where each part comes from; read, never written.
 *
 * @param phase name of the phase reached
 * @param dataParts how many of the parts belong to the data plan, 0 until that is known
 * @param closed whether the worker has ended
 */
public record FirstStripeSnapshot(
        String phase,
        Optional<UploadIntended> intended,
        Optional<String> uploadId,
        Position position,
        int dataParts,
        boolean closed,
        List<Long> plainBytes,
        List<Long> storedBytes,
        List<Integer> crc32c,
        List<String> etags) {
    public FirstStripeSnapshot {
        plainBytes = List.copyOf(plainBytes);
        storedBytes = List.copyOf(storedBytes);
        crc32c = List.copyOf(crc32c);
        etags = List.copyOf(etags);
    }
}
