package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the position that every page bears: what was changed since a base has one behind the base's beginning. The server reads all pages for it, of
 * which only the numbers of those that changed travel. Takes a bit for each block that was looked at.
 */
final class PageScan implements Changes {
    private static final int FETCH_ROWS = 10_000;

    /** A statement holds a snapshot, which holds back vacuum: each looks at no more than this. */
    private static final long STATEMENT_BLOCKS = 1 << 16;

    /** Pages of which the server has not set a position count as changed; so do those that it has lost since they were listed. */
    private static final String SCAN = """
            SELECT v.i::int4, b::int4
              FROM unnest(?::text[], ?::int8[], ?::int8[]) WITH ORDINALITY v(p, f, n, i),
                   generate_series(v.f, v.f + v.n - 1) b,
                   LATERAL (SELECT pg_read_binary_file(v.p, b * %d, 8, true) h OFFSET 0) z
             WHERE h IS NOT NULL AND (length(h) < 8 OR h = '\\x0000000000000000' OR
                   ((get_byte(h, 3)::int8 << 56) | (get_byte(h, 2)::int8 << 48) | (get_byte(h, 1)::int8 << 40)
                    | (get_byte(h, 0)::int8 << 32) | (get_byte(h, 7)::int8 << 24) | (get_byte(h, 6)::int8 << 16)
                    | (get_byte(h, 5)::int8 << 8) | get_byte(h, 4)::int8) >= ?)""";

    private final PostgresSession session;
    private final PostgresPages pages;
    private final ReadPace pace;
    private final Lsn since;
    private final Map<RelationFile, BitSet> changed = new HashMap<>();
    private final List<Range> batch = new ArrayList<>();
    private long batchBlocks;

    /** @param since where the base begins */
    PageScan(PostgresSession session, PostgresPages pages, ReadPace pace, Lsn since) {
        this.session = session;
        this.pages = pages;
        this.pace = pace;
        this.since = since;
    }

    /** Looks at the first so many blocks of a file, now or before {@link #finish()} ends. */
    void look(String path, RelationFile file, int blocks) {
        changed.put(file, new BitSet());
        long from = 0;
        while (from < blocks) {
            long length = Math.min(blocks - from, STATEMENT_BLOCKS - batchBlocks);
            batch.add(new Range(path, file, from, length));
            batchBlocks += length;
            from += length;
            if (batchBlocks == STATEMENT_BLOCKS) {
                finish();
            }
        }
    }

    /** Looks at what is left to look at. */
    void finish() {
        if (batch.isEmpty()) {
            return;
        }
        session.each(
                SCAN.formatted(pages.blockBytes()),
                FETCH_ROWS,
                row -> {
                    BitSet blocks = changed.get(batch.get(row.getInt(1) - 1).file());
                    if (blocks != null) {
                        blocks.set(row.getInt(2));
                    }
                },
                batch.stream().map(Range::path).toArray(String[]::new),
                batch.stream().map(Range::from).toArray(Long[]::new),
                batch.stream().map(Range::length).toArray(Long[]::new),
                since.value());
        keepPace();
        batch.clear();
        batchBlocks = 0;
    }

    /** The server read whole pages to look at their beginnings. */
    private void keepPace() {
        try {
            for (long left = batchBlocks; left > 0; left--) {
                pace.take(pages.blockBytes());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw BackupError.SESSION_LOST
                    .problem(session.display(), "it was broken off")
                    .asException(interrupted);
        }
    }

    @Override
    public Optional<BitSet> of(RelationFile file, int blocks, int baseBlocks) {
        BitSet found = changed.get(file);
        if (found == null) {
            return Optional.empty();
        }
        BitSet differing = (BitSet) found.clone();
        if (baseBlocks < blocks) {
            differing.set(baseBlocks, blocks);
        }
        return Optional.of(differing);
    }

    private record Range(String path, RelationFile file, long from, long length) {}
}
