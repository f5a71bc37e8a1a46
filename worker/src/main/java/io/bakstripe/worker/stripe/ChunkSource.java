package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run of a stripe's plan as chunks of about 1 MiB, in the order of the plan: pages come from the session, bytes from the reader, and what needs no
 * reading is put between. What lies before the run is passed over without reading it. Used by one caller at a time, who waits for a chunk before
 * asking for the next.
 */
final class ChunkSource {
    /** What a chunk is filled up to; a single piece may exceed it. */
    static final int CHUNK_BYTES = 1 << 20;

    /** About what a piece takes in a chunk besides its bytes and its path. */
    private static final int PIECE_OVERHEAD = 32;

    private final IntFunction<CompletionStage<SlicesReply>> pages;
    private final PlanReader reader;

    private final PlanRange range;
    private List<Extent> extents = List.of();
    /** How many extents of the plan come before those of this page. */
    private long pageFrom;

    private int nextPage;
    private boolean lastPage;
    private int index;
    private int runEnd;
    private @Nullable Piece ahead;
    private Position position;

    /** @param pages fetches a page of the plan by its number */
    ChunkSource(PlanRange range, IntFunction<CompletionStage<SlicesReply>> pages, PlanReader reader) {
        this.range = range;
        this.pages = pages;
        this.reader = reader;
        this.position = range.from();
    }

    /** The next chunk; empty when the run is used up. Fails as session and reader fail. */
    CompletionStage<Optional<PlannedChunk>> next() {
        if (range.endsAt(position)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (index < extents.size()) {
            boolean reads = ahead != null
                    || extents.subList(index, extents.size()).stream().anyMatch(Extent::read);
            return reads
                    ? reader.read(open -> Optional.of(fill(open)))
                    : CompletableFuture.completedFuture(Optional.of(fill(null)));
        }
        if (lastPage) {
            if (position.extent() > pageFrom + extents.size() || position.offset() > 0) {
                throw broken("the plan has " + (pageFrom + extents.size()) + " extents, which is less than it had");
            }
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return pages.apply(nextPage).thenCompose(reply -> {
            turnTo(reply);
            return next();
        });
    }

    private void turnTo(SlicesReply reply) {
        if (reply instanceof SlicesReply.Gone gone) {
            throw gone.problem().asException();
        }
        Slices slices = (Slices) reply;
        if (slices.page() != nextPage) {
            throw broken("page " + slices.page() + " came instead of page " + nextPage);
        }
        pageFrom += extents.size();
        extents = slices.extents();
        index = (int) Math.min(extents.size(), position.extent() - pageFrom);
        runEnd = 0;
        nextPage++;
        lastPage = slices.last();
    }

    private PlannedChunk fill(@Nullable ExtentReader open) {
        List<Piece> pieces = new ArrayList<>();
        int bytes = 0;
        while (index < extents.size() && !range.endsAt(position)) {
            Extent extent = extents.get(index);
            if (extent.kind() == ExtentKind.MANIFEST) {
                if (!pieces.isEmpty()) {
                    break;
                }
                extentDone();
                return new PlannedChunk.ManifestChunk(extent.content(), position);
            }
            Piece piece = extent.read() ? read(open, extent) : ready(extent);
            int more = PIECE_OVERHEAD + piece.path().length() + piece.length();
            if (!pieces.isEmpty() && bytes + more > CHUNK_BYTES) {
                ahead = piece;
                break;
            }
            ahead = null;
            pieces.add(piece);
            bytes += more;
            passed(open, extent, piece);
        }
        return new PlannedChunk.Pieces(pieces, position, open == null ? PageCheck.NONE : open.pages());
    }

    private Piece ready(Extent extent) {
        return new Piece(extent.kind(), extent.path(), extent.offset(), extent.content(), Piece.State.WHOLE);
    }

    private Piece read(@Nullable ExtentReader open, Extent extent) {
        if (ahead != null) {
            return ahead;
        }
        if (open == null) {
            throw broken("no reader for " + extent);
        }
        if (index >= runEnd) {
            open.begin(run());
        }
        Piece piece = wanted(extent, open);
        long expected = extent.offset() + position.offset();
        boolean placed = piece != null
                && piece.path().equals(extent.path())
                && (piece.offset() == expected || piece.state() == Piece.State.VANISHED);
        if (piece == null || !placed) {
            throw broken("the reader gave " + (piece == null ? "nothing" : piece.path() + "@" + piece.offset())
                    + " for " + extent);
        }
        return piece;
    }

    /** The extents up to the next one that needs no reading, as far as they are in the range. */
    private List<Extent> run() {
        List<Extent> run = new ArrayList<>();
        for (runEnd = index; runEnd < extents.size() && extents.get(runEnd).read(); runEnd++) {
            long number = pageFrom + runEnd;
            if (!range.reaches(number)) {
                break;
            }
            Extent extent = extents.get(runEnd);
            long from = number == position.extent() ? position.offset() : 0;
            run.add(PlanRange.asked(extent, from, range.end(number, extent)));
        }
        return run;
    }

    /** The reader's next piece without what lies outside of the run. */
    private @Nullable Piece wanted(Extent extent, ExtentReader open) {
        Piece piece = open.next();
        long from = extent.offset() + position.offset();
        while (piece != null
                && piece.state() == Piece.State.WHOLE
                && piece.length() > 0
                && piece.offset() + piece.length() <= from) {
            piece = open.next();
        }
        return piece == null ? null : cut(piece, from, extent.offset() + range.end(position.extent(), extent));
    }

    private static Piece cut(Piece piece, long from, long end) {
        int skip = (int) Math.max(0, Math.min(from - piece.offset(), piece.length()));
        int over = (int) Math.max(0, piece.offset() + piece.length() - Math.max(end, from));
        if (skip == 0 && over == 0) {
            return piece;
        }
        ByteBuffer content = piece.content().slice(skip, piece.length() - over - skip);
        return new Piece(piece.kind(), piece.path(), piece.offset() + skip, content, piece.state());
    }

    private void passed(@Nullable ExtentReader open, Extent extent, Piece piece) {
        long done = position.offset() + piece.length();
        if (!extent.read() || piece.state() != Piece.State.WHOLE || done >= extent.length()) {
            extentDone();
            if (range.endsAt(position)) {
                return;
            }
            // A reader takes new extents only after it has said that the ones before are used up.
            if (open != null && extent.read() && index == runEnd && open.next() != null) {
                throw broken("the reader has more than was asked for");
            }
        } else {
            position = new Position(position.plan(), position.extent(), done);
        }
    }

    private void extentDone() {
        index++;
        // A file may have become shorter than the run; whatever the run stands for ends where it ended.
        position = range.atMost(new Position(position.plan(), position.extent() + 1, 0));
    }

    private static RuntimeException broken(String what) {
        return BackupError.PROTOCOL_BROKEN.problem(what).asException();
    }
}
