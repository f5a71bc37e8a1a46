package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of an attempt's two plans: which extents each stripe stores, in pages small enough for a message. */
final class Plan {
    /** What an extent needs in a message besides its path and content. */
    private static final int EXTENT_OVERHEAD = 80;

    private final List<List<List<Extent>>> pagesOfStripes;
    private final List<Long> stripeBytes;

    private Plan(List<List<List<Extent>>> pagesOfStripes, List<Long> stripeBytes) {
        this.pagesOfStripes = pagesOfStripes;
        this.stripeBytes = stripeBytes;
    }

    /** @param pageBytes the most a page takes in a message; an extent that is larger by itself gets a page of its own */
    static Plan of(List<List<Extent>> stripes, int pageBytes) {
        return new Plan(
                stripes.stream().map(extents -> paged(extents, pageBytes)).toList(),
                stripes.stream()
                        .map(extents ->
                                extents.stream().mapToLong(Extent::length).sum())
                        .toList());
    }

    /** Plain bytes of each stripe, the first family first. */
    List<Long> stripeBytes() {
        return stripeBytes;
    }

    /** Plain bytes of all stripes. */
    long bytes() {
        return stripeBytes.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * @param stripe from 1
     * @param page from 0
     * @return empty when there is no such stripe or page; every stripe has at least one page
     */
    Optional<Slices> page(int stripe, int page) {
        if (stripe < 1 || stripe > pagesOfStripes.size() || page < 0) {
            return Optional.empty();
        }
        List<List<Extent>> pages = pagesOfStripes.get(stripe - 1);
        return page < pages.size()
                ? Optional.of(new Slices(page, pages.get(page), page == pages.size() - 1))
                : Optional.empty();
    }

    private static List<List<Extent>> paged(List<Extent> extents, int pageBytes) {
        List<List<Extent>> pages = new ArrayList<>();
        int from = 0;
        int bytes = 0;
        for (int i = 0; i < extents.size(); i++) {
            int more = messageBytes(extents.get(i));
            if (i > from && bytes + more > pageBytes) {
                pages.add(extents.subList(from, i));
                from = i;
                bytes = 0;
            }
            bytes += more;
        }
        pages.add(extents.subList(from, extents.size()));
        return List.copyOf(pages);
    }

    private static int messageBytes(Extent extent) {
        return EXTENT_OVERHEAD + extent.path().getBytes(StandardCharsets.UTF_8).length + extent.content().length;
    }
}
