package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.postgres.RelationFile.Fork;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Decides of every file of a listing whether a differential holds it whole or which blocks of it.
 *
 * <p>Whole are: files that have no pages; the maps of free space and of visibility, and the initial forks of unlogged relations; what the base does not
 * hold; files of no blocks or of a part of one; all files of a database that may not be the same any more, because it was copied, moved or made anew: copies
 * have pages that bear positions of before the base; what was cut to nothing, or made, in between; and what has changed by more than nine tenths. What
 * changes after the backup's start needs no care: the log of the backup brings it.
 */
final class Differential {
    private static final double NEARLY_ALL = 0.9;

    private final BaseFiles base;
    private final Set<Long> sameDatabases;
    private final PostgresPages pages;
    /** Of most files, and so only one. */
    private final BlockRuns nothing;

    /** @param sameDatabases those that are certainly the ones that the base holds */
    Differential(BaseFiles base, Set<Long> sameDatabases, PostgresPages pages) {
        this.base = base;
        this.sameDatabases = Set.copyOf(sameDatabases);
        this.pages = pages;
        this.nothing = new BlockRuns(new BitSet(), pages.blockBytes());
    }

    /** Looks at every page that may be as the base has it. */
    Changes scan(List<Extent> listing, PageScan scan) {
        for (Extent extent : listing) {
            candidate(extent)
                    .ifPresent(file ->
                            scan.look(extent.path(), file.relation(), Math.min(file.blocks(), file.baseBlocks())));
        }
        scan.finish();
        return scan;
    }

    /** Gives everything in the listing, in its order. */
    void list(List<Extent> listing, Changes changes, Consumer<Listed> consumer) {
        for (Extent extent : listing) {
            consumer.accept(candidate(extent)
                    .flatMap(file -> changes.of(file.relation(), file.blocks(), file.baseBlocks())
                            .filter(blocks -> blocks.cardinality() <= NEARLY_ALL * file.blocks()))
                    .map(blocks -> Listed.changed(
                            extent, blocks.isEmpty() ? nothing : new BlockRuns(blocks, pages.blockBytes())))
                    .orElseGet(() -> Listed.whole(extent)));
        }
    }

    private Optional<Candidate> candidate(Extent extent) {
        boolean pagesOnly =
                extent.kind() == ExtentKind.FILE && extent.length() > 0 && extent.length() % pages.blockBytes() == 0;
        if (!pagesOnly) {
            return Optional.empty();
        }
        OptionalLong inBase = base.size(extent.path());
        if (inBase.isEmpty()) {
            return Optional.empty();
        }
        return RelationFile.of(extent.path())
                .filter(file -> file.fork() == Fork.MAIN)
                .filter(file -> sameDatabases.contains(file.relation().database()))
                .map(file -> new Candidate(file, (int) (extent.length() / pages.blockBytes()), (int)
                        (inBase.getAsLong() / pages.blockBytes())));
    }

    /**
     * A file of which the base may have blocks that are still right.
     *
     * @param blocks that it has
     * @param baseBlocks whole blocks that the base has of it
     */
    private record Candidate(RelationFile relation, int blocks, int baseBlocks) {}
}
