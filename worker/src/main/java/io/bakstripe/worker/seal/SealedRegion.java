package io.bakstripe.worker.seal;

import io.bakstripe.worker.format.Layout;

/**
 * Where the sealed bytes of one part lie in a file of mode 2, and where they lay before. All positions inside it count from its beginning; {@code docs/format.md}, part 5.2.
 *
 * @param number of the part, from 1
 * @param last whether the file ends with it
 * @param plainOffset in the file as it was before
 * @param plainBytes of the frames that are sealed
 * @param storedOffset in the file as it is stored
 */
record SealedRegion(int number, boolean last, long plainOffset, long plainBytes, long storedOffset) {
    private static final int SEGMENT = Layout.SEALED_SEGMENT_BYTES;
    private static final int CONTENT = SEGMENT - Layout.SEAL_TAG_BYTES;
    private static final int FIRST_CONTENT = CONTENT - Layout.SEAL_HEADER_BYTES;

    long plainEnd() {
        return plainOffset + plainBytes;
    }

    long storedBytes() {
        return AuthenticatedParts.sealedBytes(plainBytes);
    }

    int segments() {
        return Math.toIntExact((storedBytes() + SEGMENT - 1) / SEGMENT);
    }

    /** The segment that holds this position of the frames, from 0. */
    int segmentOf(long plain) {
        return plain < FIRST_CONTENT ? 0 : Math.toIntExact(1 + (plain - FIRST_CONTENT) / CONTENT);
    }

    /** Where the frames' bytes of a segment begin; of the one behind the last, where they end. */
    long plainStart(int segment) {
        return segment == 0 ? 0 : Math.min(plainBytes, FIRST_CONTENT + (segment - 1L) * CONTENT);
    }

    /** Where a segment begins, the header left out; of the one behind the last, where the sealed bytes end. */
    long storedStart(int segment) {
        return segment == 0 ? Layout.SEAL_HEADER_BYTES : Math.min(storedBytes(), (long) segment * SEGMENT);
    }
}
