package io.bakstripe.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.format.ManifestPage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final int PAGE = 200 * 1024;

    private static List<Slices> pages(Plan plan, int stripe) {
        List<Slices> pages = new ArrayList<>();
        do {
            pages.add(plan.page(stripe, pages.size()).orElseThrow());
        } while (!pages.get(pages.size() - 1).last());
        return pages;
    }

    private static List<Portion> portions(List<Extent> extents) {
        return extents.stream().<Portion>map(Portion.Whole::new).toList();
    }

    /** Every other block of a file of 1 GiB: as many runs as there can be. */
    private static BlockRuns scattered() {
        BitSet blocks = new BitSet();
        IntStream.range(0, 65_536).forEach(i -> blocks.set(2 * i + 1));
        return new BlockRuns(blocks, 8192);
    }

    @Test
    void pagesOutTheRunsOfChangedFilesOneByOne() {
        BlockRuns runs = scattered();
        List<Portion> portions = List.of(
                new Portion.Whole(Extent.directory("base")),
                new Portion.Blocks("base/5/1", runs.part(0, 30_000 * 8192L)),
                new Portion.Whole(Extent.file("base/5/2", 0, 0)),
                new Portion.Blocks("base/5/1", runs.part(30_000 * 8192L, 35_536 * 8192L)));
        Plan plan = Plan.of(List.of(portions), PAGE);

        List<Extent> extents =
                pages(plan, 1).stream().flatMap(page -> page.extents().stream()).toList();

        assertThat(plan.stripeBytes()).containsExactly(65_536 * 8192L);
        assertThat(extents).hasSize(65_538);
        assertThat(extents.get(0)).isEqualTo(Extent.directory("base"));
        assertThat(extents.get(30_001)).isEqualTo(Extent.file("base/5/2", 0, 0));
        assertThat(extents.stream().filter(extent -> extent.path().equals("base/5/1")))
                .containsExactlyElementsOf(IntStream.range(0, 65_536)
                        .mapToObj(i -> Extent.file("base/5/1", (2L * i + 1) * 8192, 8192))
                        .toList());
        assertThat(plan.page(1, 3)).isEqualTo(plan.page(1, 3)).isPresent();
    }

    @Test
    void keepsEveryPageBelowItsLimitOnTheWire() throws Exception {
        List<Extent> extents = new ArrayList<>();
        IntStream.range(0, 20_000)
                .forEach(i -> extents.add(Extent.file("base/16384/é" + i, (long) i << 33, (1L << 40) + i)));
        IntStream.range(0, 9).forEach(i -> extents.add(Extent.manifest(new byte[100_000])));
        Plan plan = Plan.of(List.of(portions(extents)), PAGE);

        List<Slices> pages = pages(plan, 1);

        CBORMapper mapper = new CBORMapper();
        for (Slices page : pages) {
            assertThat(mapper.writeValueAsBytes(page).length).isLessThanOrEqualTo(PAGE);
        }
        assertThat(pages.stream().flatMap(page -> page.extents().stream())).containsExactlyElementsOf(extents);
        assertThat(pages.size()).isLessThan(20_000 / 500);
    }

    @Test
    void hasOneEmptyPageForAStripeWithoutExtentsAndNoneBeyond() {
        Plan plan = Plan.of(List.of(List.of(), portions(List.of(Extent.file("a", 0, 5)))), PAGE);

        assertThat(plan.page(1, 0)).contains(new Slices(0, List.of(), true));
        assertThat(plan.page(1, 1)).isEmpty();
        assertThat(plan.page(0, 0)).isEmpty();
        assertThat(plan.page(3, 0)).isEmpty();
        assertThat(plan.stripeBytes()).containsExactly(0L, 5L);
    }

    @Test
    void namesEveryFileOnceInTheManifest() {
        List<Extent> listing = new ArrayList<>();
        IntStream.range(0, 5000).forEach(i -> listing.add(Extent.file("base/5/" + i, 0, i)));
        listing.add(Extent.directory("pg_tblspc"));

        List<Extent> pages = Manifest.pages(listing.stream().map(Listed::whole).toList(), 16 << 10);

        assertThat(pages)
                .hasSizeGreaterThan(5)
                .allSatisfy(page -> assertThat(page.length()).isLessThanOrEqualTo(16 << 10));
        assertThat(pages.stream()
                        .flatMap(page -> ManifestPage.decode(page.content()).stream())
                        .map(ManifestPage.Entry::path))
                .containsExactlyElementsOf(listing.stream().map(Extent::path).toList());
    }
}
