package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;

/**
 * How a log is cut into files and pages.
 *
 * @param segmentBytes size of one file, a power of two from 1 MiB to 1 GiB
 * @param pageBytes size of one page, a power of two from 1 KiB to 64 KiB
 */
public record LogLayout(int segmentBytes, int pageBytes) {
    static final int LONG_HEADER_BYTES = 40;
    static final int SHORT_HEADER_BYTES = 24;

    private static final long FOUR_GIB = 1L << 32;
    private static final int SMALLEST_SEGMENT = 1 << 20;
    private static final int LARGEST_SEGMENT = 1 << 30;
    private static final int SMALLEST_PAGE = 1 << 10;
    private static final int LARGEST_PAGE = 1 << 16;

    /** Refuses what no server has with {@link IllegalArgumentException}. */
    public LogLayout {
        requirePower("segmentBytes", segmentBytes, SMALLEST_SEGMENT, LARGEST_SEGMENT);
        requirePower("pageBytes", pageBytes, SMALLEST_PAGE, LARGEST_PAGE);
    }

    private static void requirePower(String what, int value, int smallest, int largest) {
        if (value < smallest || value > largest || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(what + " cannot be " + value);
        }
    }

    /** The name of the file that holds this position. */
    public String fileName(int timeline, Lsn at) {
        long number = Long.divideUnsigned(at.value(), segmentBytes);
        long perName = FOUR_GIB / segmentBytes;
        return "%08X%08X%08X".formatted(timeline, number / perName, number % perName);
    }

    /** Where the segment with this name, of whatever timeline, begins. */
    public Lsn begin(String fileName) {
        return new Lsn(Long.parseLong(fileName.substring(8, 16), 16) * FOUR_GIB
                + Long.parseLong(fileName.substring(16), 16) * segmentBytes);
    }

    /** How far into its file a position is. */
    int inFile(Lsn at) {
        return (int) (at.value() & (segmentBytes - 1));
    }

    int inPage(Lsn at) {
        return (int) (at.value() & (pageBytes - 1));
    }

    Lsn pageOf(Lsn at) {
        return new Lsn(at.value() & -pageBytes);
    }

    Lsn nextPage(Lsn at) {
        return new Lsn(pageOf(at).value() + pageBytes);
    }

    /** Where the segment begins that holds this position. */
    public Lsn segmentOf(Lsn at) {
        return new Lsn(at.value() & -segmentBytes);
    }

    /** Where the segment behind it begins. */
    public Lsn nextSegment(Lsn at) {
        return new Lsn(segmentOf(at).value() + segmentBytes);
    }

    /** Bytes of the header that a page begins with; the first page of a file has a longer one. */
    int headerBytes(Lsn page) {
        return inFile(page) == 0 ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES;
    }

    /**
     * Where a byte of a record lies: records go on behind the headers of the pages that they cross.
     *
     * @param begin of the record
     * @param offset of the byte, counted from the record's first
     */
    public Lsn position(Lsn begin, int offset) {
        Lsn at = begin;
        int left = offset;
        for (int room = pageBytes - inPage(at); left >= room; room = pageBytes - inPage(at)) {
            left -= room;
            Lsn page = nextPage(at);
            at = new Lsn(page.value() + headerBytes(page));
        }
        return new Lsn(at.value() + left);
    }
}
