package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.inside;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Logs that make and remove whole directories, replayed beside their source. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class FilesOfTheLogTest {
    private static final int FIRST_WITH_STRATEGIES = 15;

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;
    private ChainSource source;
    private ChainCopies copies;
    private Path spaces;

    @BeforeEach
    void startSource() throws Exception {
        host = new TestHost(data.resolve("host"), release);
        spaces = Files.createDirectory(data.resolve("spaces of the source"));
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows AS SELECT i FROM generate_series(1, 1000) i");
        source = new ChainSource(shop, host.pgdata("shop"));
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void makesAndDropsTablespacesOnlyWithinItsOwnFolder() throws Exception {
        execute(source.server(), "CREATE TABLESPACE before LOCATION '" + space("before") + "'");
        execute(source.server(), "CREATE TABLE early TABLESPACE before AS SELECT * FROM rows");
        RolledTo full = copies.full("copy");
        execute(
                source.server(),
                "CREATE TABLESPACE stays LOCATION '" + space("stays") + "'",
                "CREATE TABLE placed TABLESPACE stays AS SELECT * FROM rows",
                "CREATE TABLESPACE goes LOCATION '" + space("goes") + "'",
                "CREATE TABLE doomed TABLESPACE goes AS SELECT * FROM rows",
                "CHECKPOINT");
        RolledTo one = copies.log("copy", full.position());
        // What was read between has made all of them already.
        host.servers().standBy(ref("copy"));
        execute(
                source.server(),
                "DROP TABLE doomed",
                "DROP TABLESPACE goes",
                "DROP TABLE early",
                "DROP TABLESPACE before",
                "CREATE TABLESPACE passes LOCATION '" + space("passes") + "'",
                "CREATE TABLE passing TABLESPACE passes AS SELECT * FROM rows",
                "DROP TABLE passing",
                "DROP TABLESPACE passes",
                "INSERT INTO placed VALUES (0)",
                "CHECKPOINT");
        copies.log("copy", one.position());
        SortedMap<String, String> theirs = FileTree.of(spaces);

        ServerConnection copy = copies.open("copy");
        execute(copy, "INSERT INTO placed VALUES (-1)", "CHECKPOINT");

        assertThat(FileTree.of(spaces)).isEqualTo(theirs);
        assertThat(column(copy, "SELECT count(*) FROM placed")).containsExactly("1002");
        List<String> oids = column(copy, "SELECT oid FROM pg_tablespace WHERE oid > 16383 ORDER BY oid");
        assertThat(column(copy, "SELECT spcname FROM pg_tablespace WHERE oid > 16383"))
                .containsExactly("stays");
        assertThat(names(host.pgdata("copy").resolve("pg_tblspc"))).isEqualTo(oids);
        assertThat(names(host.root("copy").resolve("tablespaces"))).isEqualTo(oids);
        staysInItsFolder("copy");
        IntegrityCheck.passes(host, "copy");
    }

    @Test
    void makesAndDropsDatabases() throws Exception {
        execute(source.server(), "CREATE DATABASE old");
        fill("old", 1);
        RolledTo full = copies.full("copy");
        execute(source.server(), "CREATE TABLESPACE far LOCATION '" + space("far") + "'");
        for (String strategy : strategies()) {
            execute(source.server(), "CREATE DATABASE made_" + strategy + " TEMPLATE old" + clause(strategy));
            execute(
                    source.server(),
                    "CREATE DATABASE far_" + strategy + " TEMPLATE old TABLESPACE far" + clause(strategy));
            execute(source.server(), "CREATE DATABASE brief_" + strategy + " TEMPLATE old" + clause(strategy));
            fill("made_" + strategy, 2);
        }
        RolledTo one = copies.log("copy", full.position());
        execute(source.server(), "DROP DATABASE old");
        for (String strategy : strategies()) {
            execute(source.server(), "DROP DATABASE brief_" + strategy);
            fill("far_" + strategy, 3);
            execute(source.server(), "ALTER DATABASE made_" + strategy + " SET TABLESPACE far");
        }
        copies.log("copy", one.position());
        SortedMap<String, String> theirs = FileTree.of(spaces);

        ServerConnection copy = copies.open("copy");

        assertThat(column(copy, "SELECT count(*) FROM pg_database WHERE datname = 'old' OR datname LIKE 'brief%'"))
                .containsExactly("0");
        for (String strategy : strategies()) {
            assertThat(column(inside(copy, "made_" + strategy), "SELECT sum(n) FROM kept"))
                    .containsExactly("3000");
            assertThat(column(inside(copy, "far_" + strategy), "SELECT sum(n) FROM kept"))
                    .containsExactly("4000");
        }
        List<String> oids = column(copy, "SELECT oid FROM pg_database WHERE dattablespace = 1663 ORDER BY oid::text");
        assertThat(names(host.pgdata("copy").resolve("base")))
                .filteredOn(name -> name.matches("\\d+"))
                .isEqualTo(oids);
        assertThat(FileTree.of(spaces)).isEqualTo(theirs);
        staysInItsFolder("copy");
        IntegrityCheck.passes(host, "copy");
    }

    private List<String> strategies() {
        return release.major() < FIRST_WITH_STRATEGIES ? List.of("usual") : List.of("file_copy", "wal_log");
    }

    private static String clause(String strategy) {
        return strategy.equals("usual") ? "" : " STRATEGY " + strategy;
    }

    private void fill(String database, int n) throws Exception {
        execute(
                inside(source.server(), database),
                "CREATE TABLE IF NOT EXISTS kept (n int)",
                "INSERT INTO kept SELECT " + n + " FROM generate_series(1, 1000)",
                "CHECKPOINT");
    }

    private Path space(String name) throws Exception {
        return Files.createDirectory(spaces.resolve(name));
    }

    /** No link of the copy leads anywhere but into the folder that the host has for it. */
    private void staysInItsFolder(String name) throws Exception {
        Path root = host.root(name).toRealPath();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path link : all.filter(Files::isSymbolicLink).toList()) {
                assertThat(link.toRealPath(new LinkOption[0])).startsWith(root);
            }
        }
        assertThat(host.servers().exists(ref(name))).isTrue();
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
