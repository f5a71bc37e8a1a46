package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a log from record to record. Every record is checked (checksum, length, the link to the one before); only those that are wanted are
 * held in memory and given out. Not thread-safe.
 *
 * <p>A log has no mark at its end: it ends where the next record would begin and nothing is, or in the middle of a record whose rest is in a segment that
 * is not there. Whoever knows how far the log must reach compares that with what was given out, or with {@link #position}.
 */
public final class LogReader {
    private static final int ALIGNMENT = 8;

    /** The server writes none that is larger. */
    private static final long LARGEST_RECORD = 1L << 30;

    private static final int SWITCH = 0x40;

    private final LogPages pages;
    private final LogLayout layout;
    private final Predicate<RecordHead> wanted;
    private final Predicate<LogRecord> forgiven;
    private final ByteBuffer header = ByteBuffer.allocate(RecordHead.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private Lsn at;
    private @Nullable Lsn previous;
    private @Nullable LogPage page;
    private int magic;

    /**
     * @param from where a record begins
     * @param wanted the records to give out
     */
    public LogReader(LogPages pages, Lsn from, Predicate<RecordHead> wanted) {
        this(pages, from, wanted, damaged -> false);
    }

    /** @param forgiven which of the wanted records are given out although their checksum is wrong */
    public LogReader(LogPages pages, Lsn from, Predicate<RecordHead> wanted, Predicate<LogRecord> forgiven) {
        this(pages, from, Optional.empty(), wanted, forgiven);
    }

    /** @param before where the record before {@code from} begins: the first one must name it; any when empty */
    public LogReader(
            LogPages pages,
            Lsn from,
            Optional<Lsn> before,
            Predicate<RecordHead> wanted,
            Predicate<LogRecord> forgiven) {
        this.previous = before.orElse(null);
        this.pages = pages;
        this.layout = pages.layout();
        this.at = from;
        this.wanted = wanted;
        this.forgiven = forgiven;
    }

    /**
     * The next wanted record; empty at the end of the log, and from then on always.
     *
     * @throws DamagedLogException when what is there is no log of a server; the reader is not to be used again
     */
    public Optional<LogRecord> next() throws IOException {
        while (toRecord()) {
            Lsn begin = at;
            try {
                Optional<LogRecord> found = record(begin);
                previous = begin;
                if (found.isPresent()) {
                    return found;
                }
            } catch (Overwritten never) {
                // The server wrote the rest of this record never, and the page where it should be instead.
                LogPage instead = never.page;
                at = new Lsn(instead.begin().value() + layout.headerBytes(instead.begin()));
                page = instead;
            } catch (EndOfLog end) {
                at = begin;
                page = null;
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /**
     * Where the first record begins that begins on or behind the page at {@code begin}, and not on an earlier page; empty when that page is not there.
     */
    public static Optional<Lsn> firstRecord(LogPages pages, Lsn begin) throws IOException {
        LogPage page = pages.page(begin);
        if (page == null) {
            return Optional.empty();
        }
        LogLayout layout = pages.layout();
        Lsn behindHeader = new Lsn(begin.value() + layout.headerBytes(begin));
        if (!page.continues()) {
            return Optional.of(behindHeader);
        }
        if (page.rest() > LARGEST_RECORD) {
            throw pages.damaged(begin, "no record has " + page.rest() + " bytes left");
        }
        return Optional.of(aligned(layout.position(behindHeader, (int) page.rest())));
    }

    private static Lsn aligned(Lsn position) {
        return new Lsn((position.value() + ALIGNMENT - 1) & -ALIGNMENT);
    }

    /** Where the next record begins, or would: behind the last one that was whole. */
    public Lsn position() {
        return at;
    }

    /** Where the last record begins that was whole; before the first one, what is known of the record before it. */
    public Optional<Lsn> last() {
        return Optional.ofNullable(previous);
    }

    /** Goes to where a record begins; false when none does. */
    private boolean toRecord() throws IOException {
        at = aligned(at);
        LogPage current = pageAt(at);
        if (current == null) {
            return false;
        }
        if (layout.inPage(at) == 0) {
            if (current.continues()) {
                throw pages.damaged(at, "the page goes on with a record that did not begin");
            }
            at = new Lsn(at.value() + layout.headerBytes(current.begin()));
        }
        if (layout.inPage(at) < layout.headerBytes(current.begin())) {
            throw pages.damaged(at, "no record can begin in the header of a page");
        }
        return current.bytes().getInt(layout.inPage(at)) != 0;
    }

    private @Nullable LogPage pageAt(Lsn position) throws IOException {
        Lsn begin = layout.pageOf(position);
        LogPage held = page;
        if (held == null || !held.begin().equals(begin)) {
            held = pages.page(begin);
            page = held;
            if (held != null) {
                requireMagic(held);
            }
        }
        return held;
    }

    private void requireMagic(LogPage read) throws DamagedLogException {
        if (magic == 0) {
            magic = read.magic();
        }
        if (magic != read.magic()) {
            throw pages.damaged(read.begin(), "the page is of another version: %04X".formatted(read.magic()));
        }
    }

    /** Reads the record at {@link #at} and goes behind it; empty when it is not wanted. */
    private Optional<LogRecord> record(Lsn begin) throws IOException {
        long length = Integer.toUnsignedLong(lengthAt(begin));
        if (length < RecordHead.BYTES || length > LARGEST_RECORD) {
            throw pages.damaged(begin, "no record has " + length + " bytes");
        }
        header.clear();
        take(begin, length, RecordHead.BYTES, part -> header.put(part));
        RecordHead head = RecordHead.of(begin, header);
        if (previous != null && !previous.equals(head.previous())) {
            throw pages.damaged(begin, "it follows the record at " + head.previous() + ", not at " + previous);
        }
        CRC32C checksum = new CRC32C();
        ByteArrayOutputStream kept = wanted.test(head) ? new ByteArrayOutputStream() : null;
        if (kept != null) {
            kept.write(header.array(), 0, RecordHead.BYTES);
        }
        int body = head.bytes() - RecordHead.BYTES;
        take(begin, body, body, part -> {
            if (kept != null) {
                byte[] copy = new byte[part.remaining()];
                part.duplicate().get(copy);
                kept.writeBytes(copy);
            }
            checksum.update(part);
        });
        checksum.update(header.array(), 0, RecordHead.CHECKSUM_AT);
        if (head.is(RecordHead.LOG, SWITCH)) {
            // Nothing more is written into the segment in which a switch ends.
            at = layout.nextSegment(new Lsn(at.value() - 1));
        }
        LogRecord whole = kept == null ? null : new LogRecord(head, aligned(at), magic, kept.toByteArray());
        if ((int) checksum.getValue() != head.checksum() && (whole == null || !forgiven.test(whole))) {
            throw pages.damaged(begin, "the record's checksum is wrong");
        }
        return Optional.ofNullable(whole);
    }

    private int lengthAt(Lsn begin) throws IOException {
        LogPage current = pageAt(begin);
        if (current == null) {
            throw new EndOfLog();
        }
        return current.bytes().getInt(layout.inPage(begin));
    }

    /**
     * Gives the next bytes of the record that begins at {@code begin}, page by page.
     *
     * @param rest how many bytes of the record are left from here on
     * @param count how many of them to take
     */
    private void take(Lsn begin, long rest, int count, BytesConsumer consumer) throws IOException {
        long restOfRecord = rest;
        int left = count;
        while (left > 0) {
            if (layout.inPage(at) == 0) {
                enter(begin, restOfRecord);
            }
            LogPage current = pageAt(at);
            if (current == null) {
                throw new EndOfLog();
            }
            int from = layout.inPage(at);
            int length = Math.min(left, layout.pageBytes() - from);
            consumer.accept(current.bytes().slice(from, length));
            at = new Lsn(at.value() + length);
            left -= length;
            restOfRecord -= length;
        }
    }

    /** Goes behind the header of the page on which a record goes on. */
    private void enter(Lsn begin, long rest) throws IOException {
        LogPage next = pageAt(at);
        if (next == null) {
            throw new EndOfLog();
        }
        if (next.overwrites()) {
            throw new Overwritten(next);
        }
        if (!next.continues() || next.rest() != rest) {
            throw pages.damaged(
                    at,
                    "the page does not go on with the record at " + begin + ", of which " + rest
                            + " bytes are missing");
        }
        at = new Lsn(at.value() + layout.headerBytes(next.begin()));
    }

    private interface BytesConsumer {
        void accept(ByteBuffer part);
    }

    private static final class EndOfLog extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("serial") // Never leaves this class.
    private static final class Overwritten extends IOException {
        private static final long serialVersionUID = 1L;

        private final LogPage page;

        Overwritten(LogPage page) {
            this.page = page;
        }
    }
}
