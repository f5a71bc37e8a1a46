package io.bakstripe.worker.engine.postgres;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks a server whether it still has segments of its log. */
final class KeptSegments {
    /** Names in one statement. */
    private static final int STATEMENT_PATHS = 1000;

    private static final String SEGMENTS = """
            SELECT p, coalesce((pg_stat_file(p, true)).size, -1), pg_read_binary_file(p, 0, %d, true)
              FROM unnest(string_to_array(?, ' ')) WITH ORDINALITY s(p, n) ORDER BY n""".formatted(LogSegments.HEADER_BYTES);

    private KeptSegments() {}

    /** The first of these files that is not there, or not the segment that its name says. */
    static Optional<String> missing(PostgresSession session, LogSegments segments, List<String> paths) {
        for (int from = 0; from < paths.size(); from += STATEMENT_PATHS) {
            List<String> some = paths.subList(from, Math.min(paths.size(), from + STATEMENT_PATHS));
            Optional<String> missing = session
                    .all(
                            SEGMENTS,
                            row -> new Segment(row.getString(1), row.getLong(2), row.getBytes(3)),
                            String.join(" ", some))
                    .stream()
                    .filter(segment -> !segment.whole(segments))
                    .map(Segment::path)
                    .findFirst();
            if (missing.isPresent()) {
                return missing;
            }
        }
        return Optional.empty();
    }

    /** @param head null when there is no such file */
    @SuppressWarnings("ArrayRecordComponent") // Looked at once.
    private record Segment(String path, long bytes, byte @Nullable [] head) {
        boolean whole(LogSegments segments) {
            return head != null
                    && bytes == segments.segmentBytes()
                    && segments.complaint(path, head).isEmpty();
        }
    }
}
