package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Listed;
import java.util.Optional;

/** What a plan gives to a stripe: one extent, or some blocks of a file, however many runs these are. */
sealed interface Portion {
    /** What a listing names. */
    static Portion of(Listed listed) {
        Extent extent = listed.extent();
        return listed.changed()
                .<Portion>map(blocks -> new Blocks(extent.path(), blocks))
                .orElseGet(() -> new Whole(extent));
    }

    /** Bytes of all its extents. */
    long bytes();

    /** The first of its extents that begins at this offset of the file or behind it. */
    Optional<Extent> next(long offset);

    /** A part of its bytes, as if its extents lay end to end. */
    Portion part(long skip, long length);

    /** One extent. */
    record Whole(Extent extent) implements Portion {
        @Override
        public long bytes() {
            return extent.length();
        }

        @Override
        public Optional<Extent> next(long offset) {
            return Optional.of(extent).filter(only -> offset <= only.offset());
        }

        @Override
        public Portion part(long skip, long length) {
            return new Whole(
                    new Extent(extent.kind(), extent.path(), extent.offset() + skip, length, extent.content()));
        }
    }

    /** Blocks of a file of which the rest is as the base has it. */
    record Blocks(String path, BlockRuns runs) implements Portion {
        @Override
        public long bytes() {
            return runs.bytes();
        }

        @Override
        public Optional<Extent> next(long offset) {
            return runs.next(path, offset);
        }

        @Override
        public Portion part(long skip, long length) {
            return new Blocks(path, runs.part(skip, length));
        }
    }
}
