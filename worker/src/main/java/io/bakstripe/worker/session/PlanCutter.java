package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts a listing into stripes of equal bytes. The same input gives the same cut.
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
    static List<List<Extent>> data(List<Extent> listing, List<Extent> manifest, int stripes) {
        Shares shares = new Shares(stripes);
        List<Extent> large = new ArrayList<>();
        for (Extent extent : listing) {
            if (extent.length() >= GRAIN) {
                large.add(extent);
            } else {
                shares.deal(extent);
            }
        }
        layOut(large, shares);
        manifest.forEach(shares::deal);
        return shares.extents();
    }

    /**
     * The closing data: no extent is divided. Log is dealt by bytes; everything small goes where the first of it is, the control file last, because a
     * stripe without closing data needs no closing part and so no padding. Nothing else goes in, so that what is recorded of the engine's stop is enough to
     * make the same cut again.
     *
     * @param closing what the engine named at its stop
     */
    static List<List<Extent>> closing(List<Extent> closing, int stripes) {
        Shares shares = new Shares(stripes);
        closing.stream().filter(extent -> extent.kind() == ExtentKind.LOG).forEach(shares::deal);
        closing.stream()
                .filter(extent -> extent.kind() != ExtentKind.LOG && extent.kind() != ExtentKind.CONTROL)
                .forEach(extent -> shares.add(0, extent));
        closing.stream().filter(extent -> extent.kind() == ExtentKind.CONTROL).forEach(extent -> shares.add(0, extent));
        return shares.extents();
    }

    private static void layOut(List<Extent> large, Shares shares) {
        long[] ends = shares.ends(large.stream().mapToLong(Extent::length).sum());
        int stripe = 0;
        long laid = 0;
        for (Extent extent : large) {
            long done = 0;
            while (done < extent.length()) {
                long length = extent.length() - done;
                if (stripe < ends.length - 1) {
                    length = Math.min(length, nearestGrain(ends[stripe] - laid));
                }
                if (length <= 0) {
                    stripe++;
                    continue;
                }
                shares.add(
                        stripe,
                        new Extent(extent.kind(), extent.path(), extent.offset() + done, length, extent.content()));
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
        private final List<List<Extent>> extents;
        private final long[] bytes;
        private final long[] count;

        Shares(int stripes) {
            extents = IntStream.range(0, stripes)
                    .<List<Extent>>mapToObj(stripe -> new ArrayList<>())
                    .toList();
            bytes = new long[stripes];
            count = new long[stripes];
        }

        /** To the stripe with the fewest bytes, among equals the one with the fewest extents. */
        void deal(Extent extent) {
            int least = 0;
            for (int stripe = 1; stripe < bytes.length; stripe++) {
                boolean less = extent.length() == 0
                        ? count[stripe] < count[least]
                        : bytes[stripe] < bytes[least]
                                || (bytes[stripe] == bytes[least] && count[stripe] < count[least]);
                least = less ? stripe : least;
            }
            add(least, extent);
        }

        void add(int stripe, Extent extent) {
            extents.get(stripe).add(extent);
            bytes[stripe] += extent.length();
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

        List<List<Extent>> extents() {
            return extents.stream().map(List::copyOf).toList();
        }
    }
}
