package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.login;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.FileTree;
import io.bakstripe.worker.host.HostSettings;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PlainServer;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Source and restored servers stand side by side on one host, as they may. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class TablespaceRoundTripTest {
    private static final HostSettings SETTINGS =
            TestHost.settings("bakstripe.worker.host.server-settings.autovacuum = off");

    /** Nobody else may call a tablespace, database or role so, which is a reason to try. */
    private static final String ODD = "ä\"\"s 'p\\";

    private static final String HASH =
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')" + " FROM %s t";

    /** Who uses which slot; the slots themselves move on by what the source does. */
    private static final String SLOTS = "SELECT slot_name || ' ' || active_pid FROM pg_replication_slots";

    @TempDir
    static Path parent;

    private static Path folder;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static Path spaces;
    private static Path archive;
    private static PlainServer source;
    private static ServerConnection shop;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        folder = Files.createDirectory(parent.resolve(release.toString()));
        spaces = Files.createDirectories(folder.resolve("source/täble space\\s \"of\" the shop"));
        archive = Files.createDirectories(folder.resolve("source/archive"));
        host = new TestHost(folder.resolve("host"), SETTINGS, release);
        Path home = folder.resolve("source");
        String configuration = """
                autovacuum = off
                wal_level = logical
                archive_mode = on
                archive_command = 'cp "%%p" "%s/%%f"'
                shared_preload_libraries = 'auto_explain'
                """.formatted(archive);
        source = PlainServer.start(
                home, release, List.of("--data-checksums"), configuration, "log_min_duration_statement = 4711\n");
        execute(
                source.database("postgres"),
                "CREATE DATABASE shop",
                "CREATE DATABASE publisher",
                "CREATE ROLE \"" + ODD + "\"");
        assertThat(column(source.database("postgres"), "SHOW log_min_duration_statement"))
                .containsExactly("4711ms");
        shop = source.database("shop");
        execute(
                shop,
                createTablespace("before", "bef ore"),
                createTablespace(ODD, "odd"),
                createTablespace("doomed", "doomed"),
                "SET allow_in_place_tablespaces = on",
                "CREATE TABLESPACE inside LOCATION ''",
                "CREATE TABLE plain AS SELECT i, md5(i::text) FROM generate_series(1, 3000) i",
                "CREATE TABLE spaced TABLESPACE before AS SELECT i, repeat(md5(i::text), 60) FROM generate_series(1, 5000) i",
                "CREATE INDEX ON spaced (i) TABLESPACE \"" + ODD + "\"",
                "CREATE TABLE within TABLESPACE inside AS SELECT i FROM generate_series(1, 3000) i",
                "CREATE TABLE moving AS SELECT i FROM generate_series(1, 3000) i",
                "CREATE TABLE lost TABLESPACE doomed AS SELECT i FROM generate_series(1, 3000) i",
                "CREATE UNLOGGED TABLE forgettable TABLESPACE before AS SELECT i FROM generate_series(1, 3000) i",
                "CREATE INDEX ON forgettable (i) TABLESPACE before",
                "CREATE DATABASE \"" + ODD + "\" TABLESPACE before",
                "CREATE DATABASE moved",
                "ALTER DATABASE moved SET TABLESPACE before",
                "ALTER ROLE \"" + ODD + "\" SET default_tablespace = 'before'",
                "ALTER SYSTEM SET work_mem = '77MB'",
                "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'",
                "CREATE TABLE fed (i int)");
        subscribe();
        // Another version's part of a directory that it shares.
        Files.createDirectories(spaces.resolve("bef ore/PG_12_201909212/5"));
        Files.writeString(spaces.resolve("bef ore/PG_12_201909212/5/1234"), "of another server");
    }

    private static void subscribe() throws Exception {
        ServerConnection publisher = source.database("publisher");
        execute(
                publisher,
                "CREATE TABLE fed (i int)",
                "CREATE PUBLICATION feed FOR TABLE fed",
                "SELECT pg_create_logical_replication_slot('feed', 'pgoutput')");
        execute(
                shop,
                "CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=" + shop.port()
                        + " user=admin dbname=publisher' PUBLICATION feed WITH (create_slot = false, slot_name = 'feed')");
        execute(publisher, "INSERT INTO fed VALUES (1)");
        await().untilAsserted(
                        () -> assertThat(column(shop, "SELECT i FROM fed")).containsExactly("1"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
        source.close();
    }

    private static String createTablespace(String name, String path) throws Exception {
        Path place = Files.createDirectory(spaces.resolve(path));
        return "CREATE TABLESPACE \"" + name + "\" LOCATION '" + place + "'";
    }

    @Test
    void restoresTablespacesBesideTheirSourceWithoutTouchingIt() throws Exception {
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
        Path target = host.servers().prepare(ref("copy"), attempt);
        backUpWhileTablespacesComeAndGo(target);
        execute(shop, createTablespace("after", "after"), "CREATE TABLE late TABLESPACE after AS SELECT 1 AS i");
        Map<String, String> expected = contents();
        settle();
        SortedMap<String, String> sourceFiles = FileTree.of(spaces);
        SortedMap<String, String> archived = FileTree.of(archive);
        List<String> slots = column(source.database("postgres"), SLOTS);

        isStoppedWhileItRollsForward(attempt);
        ServerConnection copy = host.servers().open(ref("copy"), new DatabaseName("Copy"), attempt, "shop");

        expected.remove("late");
        assertThat(contents(copy, expected)).isEqualTo(expected);
        assertThat(column(copy, "SELECT count(*) FROM forgettable")).containsExactly("0");
        assertThat(column(copy, "SELECT spcname FROM pg_tablespace WHERE spcname NOT LIKE 'pg\\_%' ORDER BY 1"))
                .containsExactly("before", "during", "inside", ODD.replace("\"\"", "\""));
        assertThat(column(copy, "SELECT to_regclass('late')")).containsExactly((String) null);
        liesBesideTheDataDirectory(copy);
        takesNothingFromTheSource(copy);
        write(copy);
        host.servers().stopAll();
        host.servers().adoptAll();
        write(copy);

        assertThat(FileTree.of(spaces)).isEqualTo(sourceFiles);
        assertThat(FileTree.of(archive)).isEqualTo(archived);
        assertThat(column(source.database("postgres"), SLOTS)).isEqualTo(slots);

        execute(copy, "CHECKPOINT");
        SortedMap<String, String> copied = FileTree.of(host.root("copy").resolve("tablespaces"));
        write(shop);
        execute(source.database("publisher"), "INSERT INTO fed VALUES (2)");
        await().untilAsserted(
                        () -> assertThat(column(shop, "SELECT max(i) FROM fed")).containsExactly("2"));
        settle();
        assertThat(FileTree.of(host.root("copy").resolve("tablespaces"))).isEqualTo(copied);
        assertThat(column(copy, "SELECT max(i) FROM fed")).containsExactly("1");

        opensAgainAfterACrash(copy, attempt);
        isBackedUpAgain(copy);
        IntegrityCheck.passes(host, "copy");
        IntegrityCheck.passes(host, "grandchild");
    }

    /** A host that has no patience begins the opening, wherever it comes to. */
    private void isStoppedWhileItRollsForward(AttemptRef attempt) {
        HostSettings impatient = TestHost.settings("bakstripe.worker.host { start-timeout = 1ms\n"
                + "server-settings { autovacuum = off, shared_buffers = 16MB } }");
        TestHost other = new TestHost(folder.resolve("host"), impatient, release);

        assertThatThrownBy(() -> other.servers().open(ref("copy"), new DatabaseName("Copy"), attempt, "shop"))
                .satisfies(failed(BackupError.SERVER_NOT_STARTED));
    }

    /** A crash between the promotion and its recording. */
    private static void opensAgainAfterACrash(ServerConnection copy, AttemptRef attempt) throws Exception {
        Path record = host.root("copy").resolve("server.json");
        Files.writeString(record, Files.readString(record).replace("\"OPENED\"", "\"OPENING\""));

        assertThat(host.servers().open(ref("copy"), new DatabaseName("Copy"), attempt, "shop"))
                .isEqualTo(copy);

        assertThat(column(copy, "SELECT count(*) FROM of_test")).containsExactly("1000");
        liesBesideTheDataDirectory(copy);
    }

    /** All that may change while a backup reads changes after its files were listed. */
    private static void backUpWhileTablespacesComeAndGo(Path target) throws Exception {
        SourceAddress address = TestHost.address(shop);
        PostgresEngine engine = TestSource.engine();
        try (Connection busy = login(shop);
                Statement temporary = busy.createStatement();
                BackupHold hold = engine.open(address, TestSource.full("round trip"));
                ExtentReader reader = engine.reader(address, NAME)) {
            temporary.execute("SET temp_tablespaces = 'before'");
            temporary.execute("CREATE TEMP TABLE passing AS SELECT i FROM generate_series(1, 3000) i");
            execute(shop, "CHECKPOINT");
            List<Extent> extents = TestSource.list(hold);
            listsNothingThatIsNotRestored(extents);
            execute(
                    shop,
                    createTablespace("during", "during"),
                    "CREATE TABLE fresh TABLESPACE during AS SELECT i FROM generate_series(1, 3000) i",
                    "ALTER TABLE moving SET TABLESPACE during",
                    "CREATE DATABASE made TABLESPACE before",
                    createTablespace("brief", "brief"),
                    "CREATE TABLE fleeting TABLESPACE brief AS SELECT i FROM generate_series(1, 3000) i",
                    "CHECKPOINT",
                    "DROP TABLE fleeting",
                    "DROP TABLESPACE brief",
                    "DROP TABLE lost",
                    "DROP TABLESPACE doomed",
                    "SET allow_in_place_tablespaces = on",
                    "CREATE TABLESPACE within_brief LOCATION ''",
                    "DROP TABLESPACE within_brief",
                    "INSERT INTO spaced SELECT i, repeat('new', 50) FROM generate_series(5001, 6000) i",
                    "UPDATE within SET i = -i");
            TestSource.restore(reader, extents, target);
            BackupHold.Stop stop = hold.stop();
            assertThat(stop.closing()).extracting(Extent::path).contains("tablespace_map");
            TestSource.restore(reader, stop.closing(), target);
        }
    }

    private static void listsNothingThatIsNotRestored(List<Extent> extents) throws Exception {
        assertThat(extents)
                .extracting(Extent::path)
                .filteredOn(path -> path.startsWith("pg_tblspc/"))
                .isNotEmpty()
                .allMatch(path -> path.matches("pg_tblspc/\\d+(/PG_\\d+_\\d+(/.*)?)?"))
                .noneMatch(path -> path.contains("PG_12_"))
                .noneMatch(path -> path.contains("pgsql_tmp/"))
                .noneMatch(path -> path.matches(".*/t\\d+_.*"));
        String unlogged =
                column(shop, "SELECT pg_relation_filepath('forgettable')").get(0);
        assertThat(extents)
                .extracting(Extent::path)
                .contains(unlogged + "_init")
                .doesNotContain(unlogged);
    }

    private static Map<String, String> contents() throws Exception {
        Map<String, String> contents = new TreeMap<>();
        for (String table : List.of("plain", "spaced", "within", "moving", "fresh", "fed", "late")) {
            contents.put(table, column(shop, HASH.formatted(table)).get(0));
        }
        return contents;
    }

    private static Map<String, String> contents(ServerConnection copy, Map<String, String> of) throws Exception {
        Map<String, String> contents = new TreeMap<>();
        for (String table : of.keySet()) {
            contents.put(table, column(copy, HASH.formatted(table)).get(0));
        }
        return contents;
    }

    private static void liesBesideTheDataDirectory(ServerConnection copy) throws Exception {
        Path home = host.root("copy").resolve("tablespaces");
        List<String> oids = column(copy, "SELECT oid FROM pg_tablespace WHERE spcname NOT LIKE 'pg\\_%' ORDER BY oid");
        assertThat(oids).hasSize(4).allSatisfy(oid -> {
            assertThat(column(copy, "SELECT pg_tablespace_location(" + oid + ")"))
                    .containsExactly(home.resolve(oid).toString());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(oid))))
                    .isEqualTo("rwx------");
        });
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        assertThat(home.toFile().list()).containsExactlyInAnyOrderElementsOf(oids);
        assertThat(host.root("copy").resolve("pgdata/pg_tblspc").toFile().list())
                .containsExactlyInAnyOrderElementsOf(oids);
        assertThat(host.root("copy").resolve("pgdata/tablespace_map.restored")).exists();
        assertThat(host.root("copy").resolve("pgdata/tablespace_map")).doesNotExist();
        assertThat(column(
                        copy,
                        "SELECT datname FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace"
                                + " WHERE spcname NOT LIKE 'pg\\_%' ORDER BY 1"))
                .containsExactly("made", "moved", ODD.replace("\"\"", "\""));
    }

    private static void takesNothingFromTheSource(ServerConnection copy) throws Exception {
        assertThat(column(copy, "SHOW archive_mode")).containsExactly("off");
        assertThat(column(copy, "SHOW shared_preload_libraries")).containsExactly("");
        assertThat(column(copy, "SHOW log_min_duration_statement")).containsExactly("-1");
        assertThat(column(copy, "SHOW work_mem")).containsExactly("4MB");
        assertThat(column(copy, "SHOW primary_conninfo")).containsExactly("");
        assertThat(column(copy, "SELECT count(*) FROM pg_replication_slots")).containsExactly("0");
        assertThat(column(copy, "SELECT sourcefile FROM pg_settings WHERE sourcefile IS NOT NULL"))
                .allMatch(file -> file.startsWith(host.root("copy").toString()));
        assertThat(column(
                        copy,
                        "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%'"
                                + " AND backend_type NOT LIKE '%launcher'"))
                .containsExactly("0");
        assertThat(copy.port()).isNotEqualTo(shop.port());
    }

    private static void write(ServerConnection server) throws Exception {
        execute(
                server,
                "INSERT INTO spaced SELECT i, 'written' FROM generate_series(10000, 12000) i",
                "INSERT INTO within SELECT i FROM generate_series(10000, 12000) i",
                "UPDATE fresh SET i = i + 1",
                "DROP TABLE IF EXISTS of_test",
                "CREATE TABLE of_test TABLESPACE during AS SELECT i FROM generate_series(1, 1000) i",
                "VACUUM FULL spaced",
                "CHECKPOINT");
    }

    /** What the source has to do by itself is done. */
    private static void settle() throws Exception {
        execute(shop, "SELECT pg_switch_wal()", "CHECKPOINT");
        await().untilAsserted(() -> assertThat(
                        column(shop, "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"))
                .containsExactly("0"));
    }

    private static void isBackedUpAgain(ServerConnection copy) throws Exception {
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(2), 1);
        Path target = host.servers().prepare(ref("grandchild"), attempt);
        PostgresEngine engine = TestSource.engine();
        SourceAddress address = TestHost.address(copy);
        try (BackupHold hold = engine.open(address, TestSource.full("again"));
                ExtentReader reader = engine.reader(address, NAME)) {
            TestSource.restore(reader, TestSource.list(hold), target);
            TestSource.restore(reader, hold.stop().closing(), target);
        }
        execute(copy, "DROP TABLE of_test", "DROP TABLE fresh, moving", "DROP TABLESPACE during");

        ServerConnection grandchild =
                host.servers().open(ref("grandchild"), new DatabaseName("grandchild"), attempt, "shop");

        assertThat(column(grandchild, "SELECT count(*) FROM of_test")).containsExactly("1000");
        assertThat(column(grandchild, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'during'"))
                .allMatch(path -> path.startsWith(host.root("grandchild").toString()));
    }
}
