package io.bakstripe.worker.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import java.util.List;
import java.util.Optional;

/**
 * A stripe worker's state in one row, in columns because there may be ten thousand parts; part numbers are positions in the lists, from 1.
 *
 * @param phase name of the phase reached
 * @param dataParts how many of the parts belong to the data plan, 0 until that is known
 * @param closed whether the worker has ended
 * @param resumed how often the work went on after parts that were recorded before
 * @param closingFrom number of the first part that comes from the closing plan; one more than there are parts when none does
 * @param extents where in its plan each part begins, as {@link Position} says it; -1 where that is not known
 * @param offsets likewise
 * @param damage of the parts that have any
 * @param manifest of the parts that hold pages of the manifest
 * @param seal how parts are sealed; absent where they are not
 * @param sealed what the store has of each part where they are
 */
public record StripeSnapshot(
        String phase,
        Optional<UploadIntended> intended,
        Optional<String> uploadId,
        Position position,
        int dataParts,
        boolean closed,
        int resumed,
        int closingFrom,
        List<Integer> extents,
        List<Long> offsets,
        List<Long> plainBytes,
        List<Long> storedBytes,
        List<Integer> crc32c,
        List<String> etags,
        // Left out where there is none, as in the rows of the first release.
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PartDamage> damage,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PartManifest> manifest,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Seal> seal,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Sealed> sealed) {
    public StripeSnapshot {
        extents = List.copyOf(extents);
        offsets = List.copyOf(offsets);
        plainBytes = List.copyOf(plainBytes);
        storedBytes = List.copyOf(storedBytes);
        crc32c = List.copyOf(crc32c);
        etags = List.copyOf(etags);
        damage = damage == null ? List.of() : List.copyOf(damage);
        manifest = manifest == null ? List.of() : List.copyOf(manifest);
        seal = seal == null ? Optional.empty() : seal;
        sealed = sealed == null ? List.of() : List.copyOf(sealed);
    }
}
