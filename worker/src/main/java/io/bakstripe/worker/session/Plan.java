package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One of an attempt's two plans: which extents each stripe stores, in pages small enough for a message. Keeps where each page begins, not the extents: these
 * may be millions.
 */
final class Plan {
    /** What an extent needs in a message besides its path and content. */
    private static final int EXTENT_OVERHEAD = 80;

    private final List<Stripe> stripes;

    private Plan(List<Stripe> stripes) {
        this.stripes = stripes;
    }

    /** @param pageBytes the most a page takes in a message; an extent that is larger by itself gets a page of its own */
    static Plan of(List<List<Portion>> stripes, int pageBytes) {
        return new Plan(stripes.stream()
                .map(portions -> new Stripe(portions, begins(portions, pageBytes)))
                .toList());
    }

    /** Plain bytes of each stripe, the first family first. */
    List<Long> stripeBytes() {
        return stripes.stream()
                .map(stripe ->
                        stripe.portions().stream().mapToLong(Portion::bytes).sum())
                .toList();
    }

    /** Plain bytes of all stripes. */
    long bytes() {
        return stripeBytes().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * @param stripe from 1
     * @param page from 0
     * @return empty when there is no such stripe or page; every stripe has at least one page
     */
    Optional<Slices> page(int stripe, int page) {
        if (stripe < 1 || stripe > stripes.size() || page < 0) {
            return Optional.empty();
        }
        Stripe wanted = stripes.get(stripe - 1);
        int pages = wanted.begins().size();
        return page < pages ? Optional.of(new Slices(page, wanted.extents(page), page == pages - 1)) : Optional.empty();
    }

    private static List<Begin> begins(List<Portion> portions, int pageBytes) {
        List<Begin> begins = new ArrayList<>();
        begins.add(new Begin(0, 0));
        Cursor cursor = new Cursor(portions, new Begin(0, 0));
        int bytes = 0;
        for (Begin at = cursor.at(); cursor.more(); at = cursor.at()) {
            int more = messageBytes(cursor.take());
            if (bytes > 0 && bytes + more > pageBytes) {
                begins.add(at);
                bytes = 0;
            }
            bytes += more;
        }
        return List.copyOf(begins);
    }

    private static int messageBytes(Extent extent) {
        return EXTENT_OVERHEAD + extent.path().getBytes(StandardCharsets.UTF_8).length + extent.content().length;
    }

    /**
     * Where a page begins.
     *
     * @param portion number of the stripe's portion
     * @param offset in that one's file
     */
    private record Begin(int portion, long offset) {}

    private record Stripe(List<Portion> portions, List<Begin> begins) {
        List<Extent> extents(int page) {
            List<Extent> extents = new ArrayList<>();
            Cursor cursor = new Cursor(portions, begins.get(page));
            boolean last = page == begins.size() - 1;
            while (cursor.more() && (last || !cursor.at().equals(begins.get(page + 1)))) {
                extents.add(cursor.take());
            }
            return extents;
        }
    }

    /** Goes over the extents of a stripe. */
    private static final class Cursor {
        private final List<Portion> portions;
        private int portion;
        private Optional<Extent> next;

        Cursor(List<Portion> portions, Begin begin) {
            this.portions = portions;
            this.portion = begin.portion();
            this.next = portion < portions.size() ? portions.get(portion).next(begin.offset()) : Optional.empty();
            skipUsedUp();
        }

        boolean more() {
            return next.isPresent();
        }

        /** Where the next extent is. */
        Begin at() {
            return new Begin(portion, next.map(Extent::offset).orElse(0L));
        }

        Extent take() {
            Extent taken = next.orElseThrow();
            next = portions.get(portion).next(taken.offset() + Math.max(1, taken.length()));
            skipUsedUp();
            return taken;
        }

        private void skipUsedUp() {
            while (next.isEmpty() && portion < portions.size() - 1) {
                portion++;
                next = portions.get(portion).next(0);
            }
        }
    }
}
