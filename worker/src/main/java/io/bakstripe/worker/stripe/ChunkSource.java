package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A stripe's plan as chunks of about 1 MiB, in the order of the plan: pages come from the session, bytes from the reader, and what needs no reading is
 * put between. Used by one caller at a time, who waits for a chunk before asking for the next.
 */
final class ChunkSource {
    /** What a chunk is filled up to; a single piece may exceed it. */
    static final int CHUNK_BYTES = 1 << 20;

    /** About what a piece takes in a chunk besides its bytes and its path. */
    private static final int PIECE_OVERHEAD = 32;

    private final IntFunction<CompletionStage<SlicesReply>> pages;
    private final PlanReader reader;

    private List<Extent> extents = List.of();
    private int nextPage;
    private boolean lastPage;
    private int index;
    private int runEnd;
    private @Nullable Piece ahead;
    private Position position;

    /** @param pages fetches a page of the plan by its number */
    ChunkSource(PlanKind plan, IntFunction<CompletionStage<SlicesReply>> pages, PlanReader reader) {
        this.pages = pages;
        this.reader = reader;
        this.position = Position.start(plan);
    }

    /** The next chunk; empty when the plan is used up. Fails as session and reader fail. */
    CompletionStage<Optional<PlannedChunk>> next() {
        if (index < extents.size()) {
            boolean reads = ahead != null
                    || extents.subList(index, extents.size()).stream().anyMatch(Extent::read);
            return reads
                    ? reader.read(open -> Optional.of(fill(open)))
                    : CompletableFuture.completedFuture(Optional.of(fill(null)));
        }
        if (lastPage) {
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
        extents = slices.extents();
        index = 0;
        runEnd = 0;
        nextPage++;
        lastPage = slices.last();
    }

    private PlannedChunk fill(@Nullable ExtentReader open) {
        List<Piece> pieces = new ArrayList<>();
        int bytes = 0;
        while (index < extents.size()) {
            Extent extent = extents.get(index);
            if (extent.kind() == ExtentKind.MANIFEST) {
                if (!pieces.isEmpty()) {
                    break;
                }
                extentDone();
                return new PlannedChunk.ManifestChunk(extent.content(), position);
            }
            Piece piece = extent.read() ? read(open, extent) : ready(extent);
            int more = PIECE_OVERHEAD + piece.path().length() + piece.bytes().length;
            if (!pieces.isEmpty() && bytes + more > CHUNK_BYTES) {
                ahead = piece;
                break;
            }
            ahead = null;
            pieces.add(piece);
            bytes += more;
            passed(open, extent, piece);
        }
        return new PlannedChunk.Pieces(pieces, position);
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
            runEnd = index;
            while (runEnd < extents.size() && extents.get(runEnd).read()) {
                runEnd++;
            }
            open.begin(extents.subList(index, runEnd));
        }
        Piece piece = open.next();
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

    private void passed(@Nullable ExtentReader open, Extent extent, Piece piece) {
        long done = position.offset() + piece.bytes().length;
        if (!extent.read() || piece.state() != Piece.State.WHOLE || done >= extent.length()) {
            extentDone();
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
        position = new Position(position.plan(), position.extent() + 1, 0);
    }

    private static RuntimeException broken(String what) {
        return BackupError.PROTOCOL_BROKEN.problem(what).asException();
    }
}
