package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.format.ManifestPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The set's manifest: every file and directory of the listing once, in pages. */
final class Manifest {
    /** More than an entry takes besides its path. */
    private static final int ENTRY_OVERHEAD = 40;

    private Manifest() {}

    /** @param pageBytes about the most a page takes */
    static List<Extent> pages(List<Extent> listing, int pageBytes) {
        List<Extent> pages = new ArrayList<>();
        int from = 0;
        int bytes = 0;
        for (int i = 0; i < listing.size(); i++) {
            int more = ENTRY_OVERHEAD + listing.get(i).path().getBytes(StandardCharsets.UTF_8).length;
            if (i > from && bytes + more > pageBytes) {
                pages.add(Extent.manifest(ManifestPage.encode(listing.subList(from, i))));
                from = i;
                bytes = 0;
            }
            bytes += more;
        }
        if (from < listing.size()) {
            pages.add(Extent.manifest(ManifestPage.encode(listing.subList(from, listing.size()))));
        }
        return pages;
    }
}
