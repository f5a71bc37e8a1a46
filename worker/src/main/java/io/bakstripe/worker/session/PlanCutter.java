package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Listed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts a listing into stripes of equal bytes. The same input gives the same cut.
 *
 * <p>Of a file that is not taken whole its changed blocks count as if they lay end to end.
 *
 * <p>Files of less than {@link #GRAIN} are dealt one by one to the stripe that has least, because what they cost is a statement each; larger ones
 * are laid end to end and cut where a stripe is full, so that they stay in as few and as long ranges as possible. Stripes differ by at most two
 * grains.
 */
final class PlanCutter {
    /** Files are cut at multiples of this many bytes only. */
    static final long GRAIN = 1 << 20;

    private PlanCutter() {}

    /**
     * Each file, directory and byte of the listing once, in one stripe, and after them the manifest, which the listing alone decides.
     *
     * @param manifest the manifest's pages
     */
    static List<List<Portion>> data(List<Listed> listing, List<Extent> manifest, int stripes) {
        Shares shares = new Shares(stripes);
        List<Portion> large = new ArrayList<>();
        for (Listed listed : listing) {
            Portion portion = Portion.of(listed);
            if (portion.bytes() >= GRAIN) {
                large.add(portion);
            } else if (portion.bytes() > 0 || listed.changed().isEmpty()) {
                shares.deal(portion);
            }
        }
        layOut(large, shares);
        manifest.forEach(page -> shares.deal(new Portion.Whole(page)));
        return shares.portions();
    }

    /**
     * The closing data: no extent is divided. Log is dealt by bytes; everything small goes where the first of it is, the control file last, because a
     * stripe without closing data needs no closing part and so no padding. Nothing else goes in, so that what is recorded of the engine's stop is enough to
     * make the same cut again.
     *
     * @param closing what the engine named at its stop
     */
    static List<List<Portion>> closing(List<Extent> closing, int stripes) {
        Shares shares = new Shares(stripes);
        closing.stream()
                .filter(extent -> extent.kind() == ExtentKind.LOG)
                .forEach(extent -> shares.deal(new Portion.Whole(extent)));
        closing.stream()
                .filter(extent -> extent.kind() != ExtentKind.LOG && extent.kind() != ExtentKind.CONTROL)
                .forEach(extent -> shares.add(0, new Portion.Whole(extent)));
        closing.stream()
                .filter(extent -> extent.kind() == ExtentKind.CONTROL)
                .forEach(extent -> shares.add(0, new Portion.Whole(extent)));
        return shares.portions();
    }

    private static void layOut(List<Portion> large, Shares shares) {
        long[] ends = shares.ends(large.stream().mapToLong(Portion::bytes).sum());
        int stripe = 0;
        long laid = 0;
        for (Portion portion : large) {
            long done = 0;
            while (done < portion.bytes()) {
                long length = portion.bytes() - done;
                if (stripe < ends.length - 1) {
                    length = Math.min(length, nearestGrain(ends[stripe] - laid));
                }
                if (length <= 0) {
                    stripe++;
                    continue;
                }
                shares.add(stripe, portion.part(done, length));
                done += length;
                laid += length;
            }
        }
    }

    /** Cuts stay at multiples of the grain because every cut before them in the same file was one. */
    private static long nearestGrain(long bytes) {
        return Math.floorDiv(bytes + GRAIN / 2, GRAIN) * GRAIN;
    }

    /** What each stripe has so far. */
    private static final class Shares {
        private final List<List<Portion>> portions;
        private final long[] bytes;
        private final long[] count;

        Shares(int stripes) {
            portions = IntStream.range(0, stripes)
                    .<List<Portion>>mapToObj(stripe -> new ArrayList<>())
                    .toList();
            bytes = new long[stripes];
            count = new long[stripes];
        }

        /** To the stripe with the fewest bytes, among equals the one with the fewest extents. */
        void deal(Portion portion) {
            int least = 0;
            for (int stripe = 1; stripe < bytes.length; stripe++) {
                boolean less = portion.bytes() == 0
                        ? count[stripe] < count[least]
                        : bytes[stripe] < bytes[least]
                                || (bytes[stripe] == bytes[least] && count[stripe] < count[least]);
                least = less ? stripe : least;
            }
            add(least, portion);
        }

        void add(int stripe, Portion portion) {
            portions.get(stripe).add(portion);
            bytes[stripe] += portion.bytes();
            count[stripe]++;
        }

        /** Where each stripe is full when {@code more} bytes are laid end to end over all of them. */
        long[] ends(long more) {
            long total = Arrays.stream(bytes).sum() + more;
            long[] ends = new long[bytes.length];
            long end = 0;
            long sharesSoFar = 0;
            for (int stripe = 0; stripe < ends.length; stripe++) {
                long share = total / ends.length * (stripe + 1) + total % ends.length * (stripe + 1) / ends.length;
                end += Math.max(0, share - sharesSoFar - bytes[stripe]);
                sharesSoFar = share;
                ends[stripe] = end;
            }
            return ends;
        }

        List<List<Portion>> portions() {
            return portions.stream().map(List::copyOf).toList();
        }
    }
}
