package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.Listed;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists what a differential holds: asks the server's summaries what has changed since the base, and its pages themselves where these do not tell. */
final class DifferentialListing {
    private static final Logger LOG = LoggerFactory.getLogger(DifferentialListing.class);
    private static final String PAGES = "SELECT current_setting('block_size')::int,"
            + " (SELECT setting::int8 FROM pg_settings WHERE name = 'segment_size')";

    private final PostgresSession session;
    private final WalSummaries summaries;
    private final ReadPace pace;
    private final DifferentialBase base;
    private final PostgresPages pages;
    private final Differential rule;

    /** @param sameDatabases those that are certainly the ones that the base holds */
    DifferentialListing(
            PostgresSession session,
            PostgresSettings settings,
            InstantSource clock,
            ReadPace pace,
            DifferentialBase base,
            BaseFiles baseFiles,
            Set<Long> sameDatabases) {
        this.session = session;
        this.summaries = new WalSummaries(session, settings, clock);
        this.pace = pace;
        this.base = base;
        this.pages = session.one(PAGES, row -> new PostgresPages(row.getInt(1), row.getLong(2)));
        this.rule = new Differential(baseFiles, sameDatabases, pages);
    }

    /** @param start of the differential */
    void run(StartFacts start, Consumer<Listed> consumer) {
        List<Extent> listing = new ArrayList<>();
        Listing.run(session, listing::add);
        Lsn since = base.start().firstLsn();
        Changes changes = summaries
                .read(start.timeline(), since, start.firstLsn(), pages.segmentBlocks())
                .orElseGet(() -> {
                    LOG.info(
                            "No summaries of the log of {} from {} to {}: looking at all pages",
                            session.display(),
                            since,
                            start.firstLsn());
                    return rule.scan(listing, new PageScan(session, pages, pace, since));
                });
        rule.list(listing, changes, consumer);
    }
}
