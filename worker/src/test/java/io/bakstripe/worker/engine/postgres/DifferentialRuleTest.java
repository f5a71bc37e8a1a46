package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.postgres.RelationFile.Relation;
import io.bakstripe.worker.engine.postgres.WalSummaries.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule of what a differential holds of a file, with segments of 100 blocks. */
class DifferentialRuleTest {
    private static final int BLOCK = 8192;
    private static final PostgresPages PAGES = new PostgresPages(BLOCK, 100);
    private static final Relation TABLE = new Relation(1663, 5, 16384);

    private final BaseFiles base = new BaseFiles();
    private final SummarizedChanges changes = new SummarizedChanges(100);

    private Optional<BitSet> held(String path, long blocks) {
        return held(path, blocks, Set.of(DatabaseList.SHARED, 5L));
    }

    private Optional<BitSet> held(String path, long blocks, Set<Long> same) {
        List<Listed> listed = new ArrayList<>();
        new Differential(base, same, PAGES).list(List.of(Extent.file(path, 0, blocks * BLOCK)), changes, listed::add);
        return PlainChain.blocks(listed.get(0));
    }

    private static BitSet bits(int... blocks) {
        BitSet set = new BitSet();
        for (int block : blocks) {
            set.set(block);
        }
        return set;
    }

    @Test
    void holdsTheBlocksThatChanged() {
        base.add("base/5/16384", 100L * BLOCK);
        base.add("base/5/16384.1", 50L * BLOCK);
        base.add("global/16384", 50L * BLOCK);
        changes.add(TABLE, 0, 3, false);
        changes.add(TABLE, 0, 105, false);
        changes.add(TABLE, 0, 149, false);

        assertThat(held("base/5/16384", 100)).contains(bits(3));
        assertThat(held("base/5/16384.1", 50)).contains(bits(5, 49));
        assertThat(held("base/5/16384.1", 49))
                .as("what is cut off now is not read")
                .contains(bits(5));
        assertThat(held("global/16384", 50)).as("another relation").contains(bits());
    }

    @Test
    void holdsAllThatTheBaseHasNot() {
        base.add("base/5/16384", 97L * BLOCK + 5);
        changes.add(TABLE, 0, 3, false);

        assertThat(held("base/5/16384", 100)).contains(bits(3, 97, 98, 99));
    }

    @Test
    void holdsWhatGrewIntoAnotherFileAndNothingOfAFileThatIsGone() {
        base.add("base/5/16384", 60L * BLOCK);
        changes.add(TABLE, 0, 3, false);
        for (int block = 60; block < 120; block++) {
            changes.add(TABLE, 0, block, false);
        }

        BitSet first = bits(3);
        first.set(60, 100);
        assertThat(held("base/5/16384", 100)).contains(first);
        assertThat(held("base/5/16384.1", 20)).as("which the base has not").isEmpty();
    }

    @Test
    void holdsARelationWholeWhoseNumberCameAgain() {
        base.add("base/5/16384", 100L * BLOCK);
        changes.add(TABLE, 0, 0, true);
        changes.add(TABLE, 0, 2, false);

        assertThat(held("base/5/16384", 100)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PG_VERSION",
                "base/5/16385",
                "base/5/16384_vm",
                "base/5/16384_fsm",
                "base/5/16384_init",
                "base/6/16384"
            })
    void holdsWhole(String path) {
        if (!path.endsWith("16385")) {
            base.add(path, 100L * BLOCK);
        }

        assertThat(held(path, 100)).isEmpty();
    }

    @Test
    void holdsFilesOfNoBlocksAndOfPartsOfBlocksWhole() {
        base.add("base/5/16384", 10L * BLOCK);
        List<Listed> listed = new ArrayList<>();

        new Differential(base, Set.of(5L), PAGES)
                .list(
                        List.of(Extent.file("base/5/16384", 0, 0), Extent.file("base/5/16384", 0, 9L * BLOCK + 1)),
                        changes,
                        listed::add);

        assertThat(listed).hasSize(2).allMatch(each -> each.changed().isEmpty());
    }

    @Test
    void holdsEverythingBehindWhereARelationWasCut() {
        base.add("base/5/16384", 100L * BLOCK);
        base.add("base/5/16384.1", 100L * BLOCK);
        base.add("base/5/16384.2", 100L * BLOCK);
        changes.add(TABLE, 0, 190, true);
        changes.add(TABLE, 0, 195, true);
        changes.add(TABLE, 2, 0, true);

        assertThat(held("base/5/16384", 100)).contains(bits());
        assertThat(held("base/5/16384.1", 100)).contains(bits(90, 91, 92, 93, 94, 95, 96, 97, 98, 99));
        assertThat(held("base/5/16384.2", 100)).as("cut to nothing, then grown").isEmpty();
        changes.add(TABLE, 0, 0, true);
        assertThat(held("base/5/16384", 100)).as("made anew").isEmpty();
    }

    @Test
    void holdsWhatAllDatabasesShareWholeUnlessItIsTheBases() {
        base.add("global/1262", 100L * BLOCK);

        assertThat(held("global/1262", 100, Set.of(DatabaseList.SHARED))).contains(bits());
        assertThat(held("global/1262", 100, Set.of(5L))).isEmpty();
    }

    @Test
    void holdsDatabasesWholeThatWereCopied() {
        base.add("base/5/16384", 100L * BLOCK);
        base.add("pg_tblspc/9/PG_18_1/5/16384", 100L * BLOCK);
        changes.add(new Relation(1663, 5, 0), 0, 0, true);

        assertThat(held("base/5/16384", 100)).isEmpty();
        assertThat(held("pg_tblspc/9/PG_18_1/5/16384", 100)).contains(bits());
    }

    @ParameterizedTest
    @CsvSource({"90, true", "91, false"})
    void holdsWholeWhatHasNearlyAllChanged(int changed, boolean byBlocks) {
        base.add("base/5/16384", 100L * BLOCK);
        for (int block = 0; block < changed; block++) {
            changes.add(TABLE, 0, block, false);
        }

        assertThat(held("base/5/16384", 100).isPresent()).isEqualTo(byBlocks);
    }

    @ParameterizedTest
    @CsvSource({
        "10-20, true",
        "10-15 15-20, true",
        "10-15 12-30, true",
        "5-40, true",
        "10-15 16-20, false",
        "10-19, false",
        "11-20, false",
        "'', false",
        "10-12 11-12 12-20, true"
    })
    void believesSummariesWithoutAGapOnly(String spans, boolean covered) {
        List<Span> summaries = spans.isEmpty()
                ? List.of()
                : List.of(spans.split(" ")).stream()
                        .map(span -> span.split("-"))
                        .map(ends -> new Span(new Lsn(Long.parseLong(ends[0])), new Lsn(Long.parseLong(ends[1]))))
                        .toList();

        assertThat(WalSummaries.cover(summaries, new Lsn(10), new Lsn(20))).isEqualTo(covered);
    }

    @Test
    void believesOnlyDatabasesThatNeverChanged() {
        DatabaseList before = new DatabaseList(Map.of(1L, "a", 2L, "b", 3L, "c", 4L, "d", 5L, "e"));
        DatabaseList after = new DatabaseList(Map.of(1L, "a", 2L, "b", 3L, "moved", 6L, "f"));

        assertThat(before.sameIn(Map.of(1L, "a", 2L, "other", 3L, "c", 4L, "d", 6L, "f"), after))
                .containsExactly(1L);
        assertThat(before.sameIn(Map.of(), after)).isEmpty();
    }
}
