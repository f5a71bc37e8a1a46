package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The pages of one timeline, read forwards. Not thread-safe. */
public final class LogPages {
    private static final int READ_BYTES = 1 << 20;

    private final LogSource source;
    private final int timeline;
    private final LogLayout layout;
    private final OptionalLong writer;
    private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private Lsn readFrom = new Lsn(0);

    /** @param timeline whose segments are read */
    public LogPages(LogSource source, int timeline, LogLayout layout) {
        this(source, timeline, layout, OptionalLong.empty());
    }

    /** @param writer system identifier of the server that must have written them, unsigned; any when empty */
    LogPages(LogSource source, int timeline, LogLayout layout, OptionalLong writer) {
        this.source = source;
        this.timeline = timeline;
        this.layout = layout;
        this.writer = writer;
        this.read.limit(0);
    }

    LogLayout layout() {
        return layout;
    }

    /** The page that begins at this position; null when its file is not there, ends before it, or is blank there. */
    @Nullable LogPage page(Lsn begin) throws IOException {
        if (!held(begin)) {
            load(begin);
            if (!held(begin)) {
                return null;
            }
        }
        int from = (int) (begin.value() - readFrom.value());
        LogPage page = new LogPage(begin, read.slice(from, layout.pageBytes()).order(ByteOrder.LITTLE_ENDIAN));
        if (page.blank()) {
            return null;
        }
        if (!page.address().equals(begin)) {
            throw damaged(begin, "the page is of " + page.address());
        }
        if (!page.flagsKnown()) {
            throw damaged(begin, "the page has unknown flags");
        }
        // What was written before the timeline began may be on one of its pages, never what was written on a later one.
        if (Integer.compareUnsigned(page.timeline(), timeline) > 0) {
            throw damaged(begin, "the page is of timeline " + Integer.toUnsignedString(page.timeline()));
        }
        if (writer.isPresent() && layout.inFile(begin) == 0 && page.writer() != writer.getAsLong()) {
            throw damaged(
                    begin,
                    "the segment was written by server " + Long.toUnsignedString(page.writer()) + ", not by "
                            + Long.toUnsignedString(writer.getAsLong()));
        }
        return page;
    }

    private boolean held(Lsn page) {
        long from = page.value() - readFrom.value();
        return from >= 0 && from + layout.pageBytes() <= read.limit();
    }

    private void load(Lsn page) throws IOException {
        int from = layout.inFile(page);
        read.clear().limit(Math.min(READ_BYTES, layout.segmentBytes() - from));
        source.read(layout.fileName(timeline, page), from, read);
        read.flip();
        readFrom = page;
    }

    DamagedLogException damaged(Lsn at, String what) {
        return new DamagedLogException(layout.fileName(timeline, at), at, what);
    }
}
