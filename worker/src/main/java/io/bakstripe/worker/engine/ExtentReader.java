package io.bakstripe.worker.engine;

import io.bakstripe.protocol.stripe.Extent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads extents over one connection of its own, many per statement. Not thread-safe, except {@link #abort()} and {@link #statements()}. */
public interface ExtentReader extends AutoCloseable {
    /** Sets out to read these extents, in this order; only after the ones before are used up. Extents that need no reading are refused. */
    void begin(List<Extent> extents);

    /**
     * The next piece, in order of extents and offsets; null when all extents of {@link #begin} are used up. Every extent yields at least one piece.
     * A log segment or control file that fails its validation, even after re-reading, throws.
     */
    @Nullable Piece next();

    /** What the pages in the pieces of this reader can be checked with. */
    PageCheck pages();

    /** COPY statements sent so far. */
    long statements();

    /** Breaks off a {@link #next()} that another thread is waiting in: cancels on the server and closes the connection. */
    void abort();

    /** Never throws. */
    @Override
    void close();
}
