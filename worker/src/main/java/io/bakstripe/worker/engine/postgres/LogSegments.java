package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names and checks log segments. A segment's name is computed, never taken from the server's directory, where recycled files of future names lie.
 *
 * @param systemIdentifier of the server, unsigned
 * @param segmentBytes size of one segment, a power of two
 * @param pageBytes size of one page of the log, a power of two; each begins with a header that says its address
 */
record LogSegments(long systemIdentifier, int segmentBytes, int pageBytes) {
    /** What {@link #complaint} needs of a segment's beginning. */
    static final int HEADER_BYTES = 40;

    static final String DIRECTORY = "pg_wal/";

    private static final long FOUR_GIB = 1L << 32;
    private static final int ADDRESS_AT = 8;
    private static final int SYSTEM_IDENTIFIER_AT = 24;
    private static final int SEGMENT_BYTES_AT = 32;
    private static final int PAGE_BYTES_AT = 36;
    private static final int PAGE_HEADER_BYTES = 24;

    /** Paths of the segments that hold the log from {@code first} up to, not including, {@code end}. */
    List<String> paths(int timeline, Lsn first, Lsn end) {
        LogLayout layout = layout();
        List<String> paths = new ArrayList<>();
        for (Lsn at = layout.segmentOf(first); at.compareTo(end) < 0; at = layout.nextSegment(at)) {
            paths.add(DIRECTORY + layout.fileName(timeline, at));
        }
        return paths;
    }

    /** How this log is cut. */
    LogLayout layout() {
        return new LogLayout(segmentBytes, pageBytes);
    }

    /** Where the log of the segment with this path begins. */
    Lsn firstLsn(String path) {
        String name = path.substring(DIRECTORY.length());
        long high = Long.parseLong(name.substring(8, 16), 16);
        long low = Long.parseLong(name.substring(16, 24), 16);
        return new Lsn(high * FOUR_GIB + low * segmentBytes);
    }

    /** What is wrong with a segment whose first bytes these are; empty when nothing is. */
    Optional<String> complaint(String path, byte[] head) {
        if (head.length < HEADER_BYTES) {
            return Optional.of(path + " has only " + head.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        Lsn address = new Lsn(header.getLong(ADDRESS_AT));
        if (!address.equals(firstLsn(path))) {
            return Optional.of(path + " holds the log from " + address + ", not from " + firstLsn(path));
        }
        long writer = header.getLong(SYSTEM_IDENTIFIER_AT);
        if (writer != systemIdentifier) {
            return Optional.of(path + " was written by server " + Long.toUnsignedString(writer) + ", not by "
                    + Long.toUnsignedString(systemIdentifier));
        }
        int bytes = header.getInt(SEGMENT_BYTES_AT);
        if (bytes != segmentBytes) {
            return Optional.of(path + " is a segment of " + bytes + " bytes, not of " + segmentBytes);
        }
        int page = header.getInt(PAGE_BYTES_AT);
        if (page != pageBytes) {
            return Optional.of(path + " has pages of " + page + " bytes, not of " + pageBytes);
        }
        return Optional.empty();
    }

    /**
     * What is wrong with the pages that begin in a run of bytes of a segment; empty when nothing is. The server leaves pages behind a switch of segments
     * blank, up to the segment's end: so behind a blank page there may be blank pages only.
     *
     * @param offset of the first byte in the segment
     * @param bytes from its beginning to its limit, whatever its position
     * @param blank a page before this run was blank
     */
    Optional<String> pagesComplaint(String path, long offset, ByteBuffer bytes, boolean blank) {
        ByteBuffer run = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long begin = firstLsn(path).value();
        boolean blankBefore = blank;
        for (int at = firstPage(offset); at <= run.limit() - PAGE_HEADER_BYTES; at += pageBytes) {
            boolean blankNow = blank(run, at);
            Lsn expected = new Lsn(begin + offset + at);
            Lsn address = new Lsn(run.getLong(at + ADDRESS_AT));
            if (!blankNow && !address.equals(expected)) {
                return Optional.of(path + " holds a page of " + address + " in the place of " + expected);
            }
            if (blankBefore && !blankNow) {
                return Optional.of(path + " has a blank page before the page of " + expected);
            }
            blankBefore = blankNow;
        }
        return Optional.empty();
    }

    /** True when the last page that begins in a run of bytes is blank; {@code before} when none begins there. */
    boolean endsBlank(long offset, ByteBuffer bytes, boolean before) {
        int first = firstPage(offset);
        int room = bytes.limit() - PAGE_HEADER_BYTES - first;
        return room < 0 ? before : blank(bytes, first + room / pageBytes * pageBytes);
    }

    private int firstPage(long offset) {
        return (int) Math.floorMod(-offset, (long) pageBytes);
    }

    private static boolean blank(ByteBuffer run, int at) {
        return run.getLong(at) == 0 && run.getLong(at + 8) == 0 && run.getLong(at + 16) == 0;
    }
}
