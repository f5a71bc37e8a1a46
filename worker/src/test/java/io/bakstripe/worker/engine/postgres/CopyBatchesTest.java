package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.postgres.CopyBatches.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyBatchesTest {
    private static final int KIB = 1024;
    private static final PostgresSettings SETTINGS = new PostgresSettings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            8 * KIB,
            32 * KIB,
            100,
            SourceLoad.UNLIMITED);

    @Test
    void boundsStatementsInBytesAndRanges() {
        List<Extent> small = Collections.nCopies(250, Extent.file("small", 0, 10));

        assertThat(sizes(small)).containsExactly(100, 100, 50);
        assertThat(sizes(List.of(Extent.file("large", 0, 70L * KIB)))).containsExactly(4, 4, 1);
    }

    @Test
    void readsLogAndControlFileInStatementsOfTheirOwn() {
        assertThat(sizes(List.of(
                        Extent.file("a", 0, 1),
                        Extent.log("pg_wal/0", 40L * KIB),
                        Extent.log("pg_wal/1", 8L * KIB),
                        Extent.file("b", 0, 1),
                        Extent.control("global/pg_control", 8L * KIB))))
                .containsExactly(1, 4, 2, 2, 1, 1);
    }

    @Test
    void looksAtTheHeaderOfALogSegmentBehindItAndBeforeARestOfIt() {
        Extent rest = new Extent(ExtentKind.LOG, "pg_wal/0", 16L * KIB, 10L * KIB, new byte[0]);

        List<Range> ranges = new CopyBatches(SETTINGS, List.of(rest), SETTINGS.chunkBytes()).next();

        assertThat(ranges)
                .extracting(Range::offset, Range::length, Range::checked)
                .containsExactly(
                        tuple(0L, 40, true),
                        tuple(16L * KIB, 8 * KIB, false),
                        tuple(24L * KIB, 2 * KIB, false),
                        tuple(0L, 40, true));
    }

    @Test
    void plansNothingMoreOfAnExtentThatEnded() {
        CopyBatches batches = new CopyBatches(
                SETTINGS,
                List.of(Extent.file("large", 0, 700L * KIB), Extent.file("next", 0, 1)),
                SETTINGS.chunkBytes());
        batches.end(batches.next().get(1));

        assertThat(batches.next()).extracting(range -> range.extent().path()).containsExactly("next");
        assertThat(batches.next()).isEmpty();
    }

    @Test
    void quotesPaths() {
        assertThat(CopyBatches.sql(List.of(
                        new Range(0, Extent.file("o'ne", 5, 9), 5, 9, false),
                        new Range(1, Extent.file("t\\wo", 0, 3), 0, 3, false))))
                .isEqualTo("COPY (SELECT i, pg_read_binary_file(p, o, l, true) FROM (VALUES "
                        + "(0::int4,'o''ne'::text,5::int8,9::int8),(1,'t\\wo',0,3)"
                        + ") v(i, p, o, l)) TO STDOUT (FORMAT binary)");
    }

    private static List<Integer> sizes(List<Extent> extents) {
        CopyBatches batches = new CopyBatches(SETTINGS, extents, SETTINGS.chunkBytes());
        List<Integer> sizes = new ArrayList<>();
        for (List<Range> ranges = batches.next(); !ranges.isEmpty(); ranges = batches.next()) {
            sizes.add(ranges.size());
        }
        return sizes;
    }
}
