package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cuts extents into ranges and ranges into COPY statements. Extents that are validated (log segments, the control file) begin a statement of
 * their own, so that they can be read once more.
 *
 * <p>A log segment that the server recycles gets another name before it gets other contents. So its header is read again behind its last byte: if it
 * still stands under the segment's name, all that was read before came from that segment.
 */
final class CopyBatches {
    private final PostgresSettings settings;
    private final List<Extent> extents;
    private final int chunkBytes;
    private final Set<Integer> ended = new HashSet<>();
    private int index;
    private long done;

    /** @param chunkBytes what a range has at most; ranges end at multiples of it in their extent */
    CopyBatches(PostgresSettings settings, List<Extent> extents, int chunkBytes) {
        this.settings = settings;
        this.extents = List.copyOf(extents);
        this.chunkBytes = chunkBytes;
    }

    /** The ranges of the next statement; empty when all is planned. */
    List<Range> next() {
        List<Range> ranges = new ArrayList<>();
        long bytes = 0;
        while (index < extents.size()
                && ranges.size() < settings.copyRanges()
                && bytes < settings.load().perStatement(settings.copyBytes())) {
            Extent extent = extents.get(index);
            if (ended.contains(index)) {
                advance();
                continue;
            }
            if (validated(extent) && done == 0 && !ranges.isEmpty()) {
                break;
            }
            if (done == 0 && extent.kind() == ExtentKind.LOG && extent.offset() > 0) {
                ranges.add(Range.header(index, extent));
            }
            int length = (int) Math.min(extent.length() - done, chunkBytes);
            ranges.add(new Range(index, extent, extent.offset() + done, length, false));
            bytes += length;
            done += length;
            if (done == extent.length()) {
                if (extent.kind() == ExtentKind.LOG) {
                    ranges.add(Range.header(index, extent));
                }
                advance();
                if (validated(extent)) {
                    break;
                }
            }
        }
        return ranges;
    }

    /** Nothing more is wanted of this extent: its file ended or vanished. */
    void end(Range range) {
        ended.add(range.extentIndex());
    }

    boolean ended(Range range) {
        return ended.contains(range.extentIndex());
    }

    /** The statement that reads these ranges: one row each, numbered from 0 in their order. */
    static String sql(List<Range> ranges) {
        StringBuilder sql = new StringBuilder(64 + ranges.size() * 48)
                .append("COPY (SELECT i, pg_read_binary_file(p, o, l, true) FROM (VALUES ");
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            sql.append(i == 0 ? "(" : ",(").append(i).append(i == 0 ? "::int4," : ",");
            quote(sql, range.extent().path()).append(i == 0 ? "::text," : ",");
            sql.append(range.offset()).append(i == 0 ? "::int8," : ",");
            sql.append(range.length()).append(i == 0 ? "::int8)" : ")");
        }
        return sql.append(") v(i, p, o, l)) TO STDOUT (FORMAT binary)").toString();
    }

    private static StringBuilder quote(StringBuilder sql, String literal) {
        return sql.append('\'').append(literal.replace("'", "''")).append('\'');
    }

    private static boolean validated(Extent extent) {
        return extent.kind() == ExtentKind.LOG || extent.kind() == ExtentKind.CONTROL;
    }

    private void advance() {
        index++;
        done = 0;
    }

    /**
     * @param extentIndex in the list of extents
     * @param offset in the file
     * @param checked only looked at: no piece comes of it
     */
    record Range(int extentIndex, Extent extent, long offset, int length, boolean checked) {
        private static Range header(int extentIndex, Extent extent) {
            return new Range(extentIndex, extent, 0, LogSegments.HEADER_BYTES, true);
        }
    }
}
