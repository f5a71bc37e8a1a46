package io.bakstripe.worker.engine.postgres;

import java.util.List;

/**
 * What happens to a server while its files are read. In the statements stand for what was chosen at random: {@code %1$s} a table, {@code %2$d} a small
 * number, {@code %3$s} the table's primary key, {@code %4$s} a database, {@code %5$s} a tablespace, {@code %6$s} its location as a literal, and {@code
 * %7$s} what makes this version copy a database's files.
 */
enum RacingOperation {
    UPDATE("UPDATE %1$s SET note = md5(note || id), n = n + 1 WHERE id %% 3 = %2$d"),
    DELETE("DELETE FROM %1$s WHERE id %% 5 = %2$d"),
    GROW("INSERT INTO %1$s (note) SELECT repeat(md5(i::text), 1 + i %% 90) FROM generate_series(1, 4000) i"),
    /** Gives pages at the end of the file back. */
    SHRINK("DELETE FROM %1$s WHERE id > (SELECT min(id) + 50 FROM %1$s)", "VACUUM (TRUNCATE) %1$s"),
    VACUUM("VACUUM (FREEZE) %1$s"),
    VACUUM_FULL("VACUUM FULL %1$s"),
    CLUSTER("CLUSTER %1$s USING %3$s"),
    REINDEX("REINDEX TABLE %1$s"),
    TRUNCATE("TRUNCATE %1$s"),
    TRUNCATE_AND_REGROW("TRUNCATE %1$s", "INSERT INTO %1$s (note) SELECT md5(i::text) FROM generate_series(1, 3000) i"),
    DROP("DROP TABLE %1$s"),
    UNLOG("ALTER TABLE %1$s SET UNLOGGED", "ALTER TABLE %1$s SET LOGGED"),
    CREATE("SELECT race.make()"),
    /** A file that is new under an old name, as the server may choose numbers again after a crash. */
    CREATE_AND_DROP("CREATE TABLE race.passing AS SELECT i FROM generate_series(1, 2000) i", "DROP TABLE race.passing"),
    TEMPORARY("CREATE TEMPORARY TABLE mine AS SELECT i FROM generate_series(1, 5000) i"),
    LARGE_OBJECT("SELECT lo_from_bytea(0, decode(repeat(md5('%2$d'), 500), 'hex'))"),
    CHECKPOINT("CHECKPOINT"),
    SWITCH_LOG("SELECT pg_switch_wal()"),
    CREATE_DATABASE("DROP DATABASE IF EXISTS %4$s", "CREATE DATABASE %4$s"),
    COPY_DATABASE("DROP DATABASE IF EXISTS %4$s", "CREATE DATABASE %4$s %7$s"),
    DROP_DATABASE("DROP DATABASE IF EXISTS %4$s"),
    CREATE_TABLESPACE(
            Tablespace.ABSENT,
            "CREATE TABLESPACE %5$s LOCATION %6$s",
            "SET default_tablespace = %5$s",
            "SELECT race.make()"),
    SET_TABLESPACE(Tablespace.PRESENT, "ALTER TABLE %1$s SET TABLESPACE %5$s"),
    SET_TABLESPACE_BACK(Tablespace.PRESENT, "ALTER TABLE ALL IN TABLESPACE %5$s SET TABLESPACE pg_default"),
    DROP_TABLESPACE(
            Tablespace.PRESENT,
            "ALTER TABLE ALL IN TABLESPACE %5$s SET TABLESPACE pg_default",
            "ALTER INDEX ALL IN TABLESPACE %5$s SET TABLESPACE pg_default",
            "DROP TABLESPACE %5$s");

    /** What must be so of the chosen tablespace; otherwise the operation does nothing. */
    enum Tablespace {
        ANY,
        PRESENT,
        ABSENT
    }

    private final Tablespace tablespace;
    private final List<String> statements;

    RacingOperation(String... statements) {
        this(Tablespace.ANY, statements);
    }

    RacingOperation(Tablespace tablespace, String... statements) {
        this.tablespace = tablespace;
        this.statements = List.of(statements);
    }

    boolean possible(boolean tablespacePresent) {
        return tablespace == Tablespace.ANY || (tablespace == Tablespace.PRESENT) == tablespacePresent;
    }

    List<String> statements() {
        return statements;
    }
}
