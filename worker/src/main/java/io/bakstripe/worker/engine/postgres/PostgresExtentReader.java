package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.engine.postgres.CopyBatches.Range;
import io.bakstripe.worker.engine.postgres.RunningCopy.Answer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads extents by COPY: many per statement, no round trip for each.
 *
 * <p>A COPY keeps a snapshot open, which holds back vacuum on the source; that is why statements are bounded in bytes.
 *
 * <p>An extent may begin in the middle of its file. A log segment's header is checked all the same, and every page by the address that it bears.
 */
final class PostgresExtentReader implements ExtentReader {
    /** Readings of a control file, each of which may meet the server's own writing of it. */
    private static final int MAX_READINGS = 5;

    private static final String IDENTITY =
            "SELECT system_identifier, (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size'),"
                    + " current_setting('wal_block_size')::int FROM pg_control_system()";
    private static final String PAGES =
            "SELECT current_setting('data_checksums') = 'on', current_setting('block_size')::int,"
                    + " (SELECT setting::int8 FROM pg_settings WHERE name = 'segment_size')";
    private static final byte[] NOTHING = new byte[0];

    private final PostgresSettings settings;
    private final PostgresSession session;
    private final ReadPace pace;
    private final LogSegments segments;
    private final PageCheck pages;
    private final int chunkBytes;
    private final AtomicLong copies = new AtomicLong();
    private @Nullable CopyBatches plan;
    private @Nullable RunningCopy running;
    private int readings;
    private boolean blankPages;

    /** @param pace shared with all other readers of the same server */
    PostgresExtentReader(PostgresSettings settings, PostgresSession session, ReadPace pace) {
        this.settings = settings;
        this.pace = pace;
        this.session = session;
        this.segments = session.one(IDENTITY, row -> new LogSegments(row.getLong(1), row.getInt(2), row.getInt(3)));
        Pages found = session.one(
                PAGES, row -> new Pages(row.getBoolean(1), new PostgresPages(row.getInt(2), row.getLong(3))));
        this.pages = found.checksums() ? found.check() : PageCheck.NONE;
        int block = found.check().blockBytes();
        // No page is to be cut in two, for then it could not be checked.
        this.chunkBytes = Math.max(block, settings.chunkBytes() / block * block);
    }

    @Override
    public void begin(List<Extent> extents) {
        if (plan != null) {
            throw new IllegalStateException("the extents before are not used up");
        }
        for (Extent extent : extents) {
            if (!extent.read()) {
                throw new IllegalArgumentException("nothing is to be read for " + extent);
            }
            // The server writes it anew now and then: a rest would not fit what was read of it before.
            if (extent.kind() == ExtentKind.CONTROL && extent.offset() > 0) {
                throw new IllegalArgumentException("the control file is read whole or not at all: " + extent);
            }
        }
        plan = new CopyBatches(settings, extents, chunkBytes);
    }

    @Override
    public @Nullable Piece next() {
        CopyBatches batches = plan;
        while (batches != null) {
            Answer answer = answer(batches);
            if (answer == null) {
                plan = null;
                return null;
            }
            if (batches.ended(answer.range())) {
                continue;
            }
            Optional<Problem> complaint = complaint(answer);
            if (complaint.isPresent()) {
                readAgain(answer, complaint.get());
                continue;
            }
            if (answer.range().checked()) {
                continue;
            }
            Piece piece = piece(answer);
            if (piece.state() != Piece.State.WHOLE) {
                batches.end(answer.range());
            }
            return piece;
        }
        return null;
    }

    /** The next answer of the running statement, or of the first after it that has one; null when all is read. */
    private @Nullable Answer answer(CopyBatches batches) {
        while (true) {
            RunningCopy copy = running;
            if (copy == null) {
                List<Range> ranges = batches.next();
                if (ranges.isEmpty()) {
                    return null;
                }
                readings = 0;
                copy = send(ranges);
            }
            Answer answer = copy.next();
            if (answer != null) {
                keepPace(answer);
                return answer;
            }
            running = null;
        }
    }

    private void keepPace(Answer answer) {
        try {
            pace.take(answer.content() == null ? 0 : answer.content().limit());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw BackupError.SESSION_LOST
                    .problem(session.display(), "it was broken off")
                    .asException(interrupted);
        }
    }

    private RunningCopy send(List<Range> ranges) {
        copies.incrementAndGet();
        readings++;
        RunningCopy copy = RunningCopy.start(session, ranges, chunkBytes);
        running = copy;
        return copy;
    }

    /** Only a statement's first answer can be asked for again: pieces of later ones have been given away. */
    private void readAgain(Answer answer, Problem complaint) {
        RunningCopy copy = running;
        if (copy == null || !copy.ranges().get(0).equals(answer.range()) || readings == MAX_READINGS) {
            throw complaint.asException();
        }
        copy.drain();
        send(copy.ranges());
    }

    /** What is wrong with an answer that must be right; a file of the data may be gone or shorter, the log and the control file may not. */
    private Optional<Problem> complaint(Answer answer) {
        Range range = answer.range();
        String path = range.extent().path();
        if (range.extent().kind() == ExtentKind.FILE) {
            return Optional.empty();
        }
        ByteBuffer content = answer.content();
        if (range.extent().kind() == ExtentKind.CONTROL) {
            return ControlFile.complaint(copy(content, Integer.MAX_VALUE), segments.systemIdentifier())
                    .map(this::failed);
        }
        if (content == null || content.limit() < range.length()) {
            return Optional.of(BackupError.WAL_GONE.problem(path, session.display()));
        }
        return logComplaint(range, path, content).map(this::failed);
    }

    private Optional<String> logComplaint(Range range, String path, ByteBuffer bytes) {
        if (range.offset() == 0) {
            Optional<String> header = segments.complaint(path, copy(bytes, LogSegments.HEADER_BYTES));
            if (header.isPresent() || range.checked()) {
                return header;
            }
        }
        boolean blankBefore = blankPages && range.offset() > range.extent().offset();
        blankPages = segments.endsBlank(range.offset(), bytes, blankBefore);
        return segments.pagesComplaint(path, range.offset(), bytes, blankBefore);
    }

    private Problem failed(String complaint) {
        return BackupError.ENGINE_FAILED.problem(session.display(), complaint);
    }

    private static Piece piece(Answer answer) {
        Range range = answer.range();
        Extent extent = range.extent();
        ByteBuffer content = answer.content();
        if (content == null) {
            return new Piece(extent.kind(), extent.path(), range.offset(), NOTHING, Piece.State.VANISHED);
        }
        Piece.State state = content.limit() < range.length() ? Piece.State.SHORT : Piece.State.WHOLE;
        return new Piece(extent.kind(), extent.path(), range.offset(), content, state);
    }

    private static byte[] copy(@Nullable ByteBuffer content, int most) {
        if (content == null) {
            return NOTHING;
        }
        byte[] bytes = new byte[Math.min(content.limit(), most)];
        content.get(0, bytes);
        return bytes;
    }

    @Override
    public PageCheck pages() {
        return pages;
    }

    @Override
    public long statements() {
        return copies.get();
    }

    @Override
    public void abort() {
        session.abort();
    }

    @Override
    public void close() {
        RunningCopy copy = running;
        if (copy != null && copy.active()) {
            // A polite farewell would have to read the rest of the statement first.
            session.abort();
        }
        session.close();
    }

    private record Pages(boolean checksums, PostgresPages check) {}
}
