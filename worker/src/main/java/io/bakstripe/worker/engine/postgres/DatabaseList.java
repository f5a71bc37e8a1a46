package io.bakstripe.worker.engine.postgres;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which databases a server has, at one moment.
 *
 * @param versions for each identifier the version of the row that describes the database, which changes with the row, a move there and back included; and whether
 *     pages bear checksums, because switching those changes all pages without a trace in their positions or the log ({@code pg_checksums})
 */
record DatabaseList(Map<Long, String> versions) {
    /** The identifier that stands for what all databases share. */
    static final long SHARED = 0;

    private static final String SQL = "SELECT %d, current_setting('data_checksums') UNION ALL".formatted(SHARED)
            + " SELECT oid, xmin::text || ' ' || current_setting('data_checksums') FROM pg_database";

    DatabaseList {
        versions = Map.copyOf(versions);
    }

    static DatabaseList of(PostgresSession session) {
        Map<Long, String> versions = new HashMap<>();
        session.all(SQL, row -> versions.put(row.getLong(1), row.getString(2)));
        return new DatabaseList(versions);
    }

    /** The databases that are in all three lists with the same row. */
    Set<Long> sameIn(Map<Long, String> base, DatabaseList later) {
        return versions.entrySet().stream()
                .filter(each -> each.getValue().equals(base.get(each.getKey())))
                .filter(each -> each.getValue().equals(later.versions.get(each.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a database of a later moment may have been made, or moved, since this one; none that was dropped again matters. */
    boolean mayHaveChanged(DatabaseList later) {
        return !versions.entrySet().containsAll(later.versions.entrySet());
    }
}
