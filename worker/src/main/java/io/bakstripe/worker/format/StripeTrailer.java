package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;

/**
 * What the last part of every stripe says: the index of the parts before it, and the facts of the whole set that were known only at its end. The
 * index is binary, the rest JSON; see {@code docs/format.md}.
 *
 * @param parts all parts of this stripe but the one that holds this trailer
 * @param manifestPages where in this file the MANIFEST frames lie, in order; absent where that was not noted
 */
public record StripeTrailer(
        BackupSetId setId,
        int family,
        int families,
        StopFacts stop,
        List<PartEntry> parts,
        Optional<List<FrameRun>> manifestPages) {
    public StripeTrailer {
        parts = List.copyOf(parts);
        manifestPages = manifestPages.map(List::copyOf);
    }

    /** Of a file of which nobody noted where its manifest pages are. */
    public StripeTrailer(BackupSetId setId, int family, int families, StopFacts stop, List<PartEntry> parts) {
        this(setId, family, families, stop, parts, Optional.empty());
    }

    /**
     * @param number from 1
     * @param offset of its first byte in the file
     * @param storedBytes its length in the file
     * @param plainBytes of the database (all extents' bytes) in it
     * @param crc32c of its stored bytes
     */
    public record PartEntry(int number, long offset, long storedBytes, long plainBytes, int crc32c) {}
}
