package io.bakstripe.worker.format;

/**
 * How large the parts of a file are to be: small ones first, so that small databases are cut finely, then twice as large after every {@code step}
 * parts, so that a file of 10 000 parts holds as much as an object may.
 *
 * @param minBytes of the first parts; a multiple of 16, at least 5 MiB
 * @param maxBytes of any part; a multiple of 16
 * @param step parts after which the size doubles
 */
public record PartSizing(int minBytes, int maxBytes, int step) {

    public PartSizing {
        boolean aligned = minBytes % Layout.ALIGNMENT == 0 && maxBytes % Layout.ALIGNMENT == 0;
        if (!aligned || minBytes < Layout.MIN_PART_BYTES || maxBytes < minBytes || step < 1) {
            throw new IllegalArgumentException(
                    "no part sizes from " + minBytes + " to " + maxBytes + " in steps of " + step);
        }
    }

    /** 8 MiB for the first 1000 parts, doubling every 1000 parts up to 1792 MiB: more than 5 TiB in 10 000 parts. */
    public static PartSizing standard() {
        return new PartSizing(8 << 20, 1792 << 20, 1000);
    }

    /**
     * The stored size at which part {@code partNumber} is full.
     *
     * @param partNumber from 1
     */
    public int targetBytes(int partNumber) {
        int doublings = (partNumber - 1) / step;
        return doublings >= Integer.SIZE ? maxBytes : (int) Math.min(maxBytes, (long) minBytes << doublings);
    }
}
