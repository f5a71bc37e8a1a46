package io.bakstripe.worker.engine.postgres;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which databases a server has and where they lie, at one moment. Compared over the time of a backup it shows what the log of that time cannot put right.
 *
 * <p>When a database is moved to another tablespace, or made as a copy of another one's files, the log only says from where to where files were copied: a
 * restored server copies what it has. When the files copied from were removed while the backup read them, it has none, and the database is lost. (A server
 * replays {@code CREATE DATABASE} with {@code STRATEGY WAL_LOG} otherwise; which strategy was used is not to be seen afterwards.)
 *
 * @param rows for each identifier where the database lies, and the version of the row that says so
 * @param movable the server has tablespaces that a database can be moved to and back
 */
record DatabasePlaces(Map<Long, Row> rows, boolean movable) {
    private static final String SQL = """
            SELECT oid, dattablespace, xmin::text,
                   EXISTS (SELECT FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global'))
              FROM pg_database""";

    DatabasePlaces {
        rows = Map.copyOf(rows);
    }

    /**
     * @param tablespace identifier of the one that the database lies in
     * @param version changes with every change of the row, a move there and back included
     */
    record Row(long tablespace, String version) {}

    static DatabasePlaces of(PostgresSession session) {
        Map<Long, Row> rows = new HashMap<>();
        Set<Boolean> movable = new HashSet<>();
        session.all(SQL, row -> {
            movable.add(row.getBoolean(4));
            return rows.put(row.getLong(1), new Row(row.getLong(2), row.getString(3)));
        });
        return new DatabasePlaces(rows, movable.contains(true));
    }

    /**
     * What happened between this moment, before a backup began, and a later one, when all its data were read, that a restore could lose a database by; empty
     * when nothing did. May name what was harmless, never the reverse.
     */
    Optional<String> endangered(DatabasePlaces later) {
        Set<Long> made = new HashSet<>(later.rows.keySet());
        made.removeAll(rows.keySet());
        Set<Long> dropped = new HashSet<>(rows.keySet());
        dropped.removeAll(later.rows.keySet());
        if (!made.isEmpty() && !dropped.isEmpty()) {
            return Optional.of("databases were created and dropped while it was backed up");
        }
        return rows.entrySet().stream()
                .filter(before -> moved(before.getValue(), later.rows.get(before.getKey()), movable || later.movable))
                .findFirst()
                .map(before -> "the database with oid " + before.getKey()
                        + " was moved to another tablespace, or altered, while it was backed up");
    }

    private static boolean moved(Row before, @Nullable Row after, boolean movable) {
        return after != null
                && (before.tablespace != after.tablespace || movable && !before.version.equals(after.version));
    }
}
