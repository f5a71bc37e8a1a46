package io.bakstripe.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.format.ManifestPage;
import java.util.ArrayList;
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

    @Test
    void keepsEveryPageBelowItsLimitOnTheWire() throws Exception {
        List<Extent> extents = new ArrayList<>();
        IntStream.range(0, 20_000)
                .forEach(i -> extents.add(Extent.file("base/16384/é" + i, (long) i << 33, (1L << 40) + i)));
        IntStream.range(0, 9).forEach(i -> extents.add(Extent.manifest(new byte[100_000])));
        Plan plan = Plan.of(List.of(extents), PAGE);

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
        Plan plan = Plan.of(List.of(List.of(), List.of(Extent.file("a", 0, 5))), PAGE);

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

        List<Extent> pages = Manifest.pages(listing, 16 << 10);

        assertThat(pages)
                .hasSizeGreaterThan(5)
                .allSatisfy(page -> assertThat(page.length()).isLessThanOrEqualTo(16 << 10));
        assertThat(pages.stream()
                        .flatMap(page -> ManifestPage.decode(page.content()).stream())
                        .map(ManifestPage.Entry::path))
                .containsExactlyElementsOf(listing.stream().map(Extent::path).toList());
    }
}
