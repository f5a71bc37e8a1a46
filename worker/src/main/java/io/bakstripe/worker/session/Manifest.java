package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.format.ManifestPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The set's manifest: every file and directory of the listing once, in pages. */
final class Manifest {
    /** More than an entry takes besides its path. */
    private static final int ENTRY_OVERHEAD = 40;

    private Manifest() {}

    /** @param pageBytes about the most a page takes */
    static List<Extent> pages(List<Listed> listing, int pageBytes) {
        List<Extent> pages = new ArrayList<>();
        List<ManifestPage.Entry> page = new ArrayList<>();
        int bytes = 0;
        for (Listed listed : listing) {
            int more = ENTRY_OVERHEAD + listed.extent().path().getBytes(StandardCharsets.UTF_8).length;
            if (!page.isEmpty() && bytes + more > pageBytes) {
                pages.add(Extent.manifest(ManifestPage.encodeEntries(page)));
                page.clear();
                bytes = 0;
            }
            page.add(entry(listed));
            bytes += more;
        }
        if (!page.isEmpty()) {
            pages.add(Extent.manifest(ManifestPage.encodeEntries(page)));
        }
        return pages;
    }

    private static ManifestPage.Entry entry(Listed listed) {
        Extent extent = listed.extent();
        return new ManifestPage.Entry(
                extent.kind() == ExtentKind.DIRECTORY,
                extent.path(),
                extent.offset() + extent.length(),
                listed.changed().map(blocks -> OptionalLong.of(blocks.bytes())).orElseGet(OptionalLong::empty));
    }
}
