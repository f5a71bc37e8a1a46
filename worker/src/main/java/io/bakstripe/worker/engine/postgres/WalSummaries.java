package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.engine.postgres.RelationFile.Relation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The summaries that a server from PostgreSQL 17 on makes of its log when it is told to ({@code summarize_wal}). */
final class WalSummaries {
    private static final int FETCH_ROWS = 10_000;

    private static final String STATE = """
            SELECT current_setting('summarize_wal') = 'on', summarized_tli = ? AND summarized_lsn >= ?::pg_lsn
              FROM pg_get_wal_summarizer_state()""";
    private static final String PAUSE = "SELECT pg_sleep(0.02)";
    private static final String SPANS = """
            SELECT start_lsn::text, end_lsn::text FROM pg_available_wal_summaries()
             WHERE tli = ? AND end_lsn > ?::pg_lsn AND start_lsn < ?::pg_lsn ORDER BY start_lsn""";
    private static final String CONTENTS = """
            SELECT w.reltablespace::int8, w.reldatabase::int8, w.relfilenode::int8, w.relforknumber::int4,
                   w.relblocknumber, w.is_limit_block
              FROM pg_available_wal_summaries() s, LATERAL pg_wal_summary_contents(s.tli, s.start_lsn, s.end_lsn) w
             WHERE s.tli = ? AND s.end_lsn > ?::pg_lsn AND s.start_lsn < ?::pg_lsn""";

    private final PostgresSession session;
    private final PostgresSettings settings;
    private final InstantSource clock;

    WalSummaries(PostgresSession session, PostgresSettings settings, InstantSource clock) {
        this.session = session;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * What changed in this span of the log; empty when the summaries do not cover it, or do not within {@link PostgresSettings#summaryTimeout()}.
     *
     * @param to where a backup began: a checkpoint, at which summaries end
     * @param segmentBlocks that a file has at most
     */
    Optional<Changes> read(int timeline, Lsn from, Lsn to, long segmentBlocks) {
        if (!session.version().summarizes()) {
            return Optional.empty();
        }
        awaitSummaryOf(timeline, to);
        List<Span> spans = session.all(
                SPANS,
                row -> new Span(Lsn.parse(row.getString(1)), Lsn.parse(row.getString(2))),
                timeline,
                from.toString(),
                to.toString());
        if (!cover(spans, from, to)) {
            return Optional.empty();
        }
        SummarizedChanges changes = new SummarizedChanges(segmentBlocks);
        session.each(
                CONTENTS,
                FETCH_ROWS,
                row -> changes.add(
                        new Relation(row.getLong(1), row.getLong(2), row.getLong(3)),
                        row.getInt(4),
                        row.getLong(5),
                        row.getBoolean(6)),
                timeline,
                from.toString(),
                to.toString());
        return Optional.of(changes);
    }

    /** Whether these spans, in the order of their beginnings, leave no gap. */
    static boolean cover(List<Span> spans, Lsn from, Lsn to) {
        Lsn covered = from;
        for (Span span : spans) {
            if (span.begin().compareTo(covered) > 0) {
                break;
            }
            covered = span.end().compareTo(covered) > 0 ? span.end() : covered;
        }
        return covered.compareTo(to) >= 0;
    }

    private void awaitSummaryOf(int timeline, Lsn to) {
        Instant limit = clock.instant().plus(settings.summaryTimeout());
        while (awaited(timeline, to) && clock.instant().isBefore(limit)) {
            session.one(PAUSE, row -> true);
        }
    }

    private boolean awaited(int timeline, Lsn to) {
        return session.one(STATE, row -> row.getBoolean(1) && !row.getBoolean(2), timeline, to.toString());
    }

    /** What one summary is of. */
    record Span(Lsn begin, Lsn end) {}
}
