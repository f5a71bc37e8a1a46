package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.Engine.SourceFacts;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class PostgresEngineTest {
    private static final Map<String, String> BEFORE_15 = Map.of(
            "pg_backup_start(text,boolean)", "pg_start_backup(text,boolean,boolean)",
            "pg_backup_stop(boolean)", "pg_stop_backup(boolean,boolean)");

    @TempDir
    static Path data;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;
    private final PostgresEngine engine = TestSource.engine();

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(release.toString()), release);
        source = host.provision(
                "source",
                "CREATE TABLE t AS SELECT i AS id, repeat(md5(i::text), 20) AS filler FROM generate_series(1, 20000) i",
                "CREATE UNLOGGED TABLE forgettable AS SELECT i FROM generate_series(1, 5000) i",
                "CREATE TABLE empty_one (a int)",
                "VACUUM");
        role = TestSource.backupRole(source, "bk");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @Test
    void inspectsASourceWithARoleThatIsNoSuperuser() throws Exception {
        SourceFacts facts = engine.inspect(role, TestSource.full("inspected"));

        assertThat(facts.engineVersion()).isEqualTo(Integer.toString(release.major()));
        assertThat(column(source, "SELECT system_identifier FROM pg_control_system()"))
                .containsExactly(facts.systemIdentifier());
        assertThat(facts.estimatedBytes()).isGreaterThan(30_000_000L);
    }

    @Test
    void findsThatARoleWithTheDocumentedGrantsIsEnough() {
        List<Finding> findings =
                engine.examine(role, TestSource.REF, NAME, false).findings();

        assertThat(findings).noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
        assertThat(findings)
                .filteredOn(finding -> finding.check().equals("unlogged_tables"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.found()).startsWith("1 in database"));
        assertThat(findings)
                .filteredOn(finding -> finding.check().equals("data_checksums"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.GOOD));
    }

    @Test
    void adviceOfAnExaminationGivesWhatWasMissing() throws Exception {
        execute(source, "CREATE ROLE \"Über 'all'\" LOGIN PASSWORD 'secret'");
        SourceAddress bare = new SourceAddress(source.jdbcUrl(), "Über 'all'", "secret");

        List<Finding> before = engine.examine(bare, TestSource.REF, NAME, false).findings();
        for (Finding finding : before) {
            if (finding.verdict() == Verdict.PROBLEM) {
                String advice = finding.advice().orElseThrow();
                execute(source, advice.substring(Math.max(advice.indexOf("GRANT"), advice.indexOf("ALTER"))));
            }
        }

        assertThat(before)
                .filteredOn(finding -> finding.verdict() == Verdict.PROBLEM)
                .hasSize(2);
        assertThat(engine.examine(bare, TestSource.REF, NAME, false).findings())
                .noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
        engine.open(bare, TestSource.full("label")).close();
    }

    @Test
    void makesAFindingOfALoginThatIsRefusedAndOfAServerThatIsGone() {
        SourceAddress stranger = new SourceAddress(source.jdbcUrl(), "bk", "wrong");
        SourceAddress nowhere = new SourceAddress("jdbc:postgresql://127.0.0.1:1/x", "bk", "secret");

        assertThat(engine.examine(stranger, TestSource.REF, NAME, false).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).contains(BackupError.DATABASE_LOGIN_REFUSED.code()));
        assertThat(engine.examine(nowhere, TestSource.REF, NAME, false).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).contains(BackupError.DATABASE_UNREACHABLE.code()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_ls_dir(text,boolean,boolean)",
                "pg_stat_file(text,boolean)",
                "pg_read_binary_file(text,bigint,bigint,boolean)",
                "pg_backup_start(text,boolean)",
                "pg_backup_stop(boolean)"
            })
    void namesTheGrantThatIsMissing(String newName) throws Exception {
        String function = release.major() < 15 ? BEFORE_15.getOrDefault(newName, newName) : newName;
        execute(source, "REVOKE EXECUTE ON FUNCTION " + function + " FROM bk");
        try {
            assertThatThrownBy(() -> engine.inspect(role, TestSource.full("inspected")))
                    .satisfies(failed(BackupError.GRANT_MISSING))
                    .hasMessageEndingWith("may not execute " + function);
            assertThatThrownBy(() -> engine.open(role, TestSource.full("label")))
                    .satisfies(failed(BackupError.GRANT_MISSING));
        } finally {
            execute(source, "GRANT EXECUTE ON FUNCTION " + function + " TO bk");
        }
    }

    @Test
    void namesAllGrantsThatAPlainRoleLacks() throws Exception {
        execute(source, "CREATE ROLE plain LOGIN REPLICATION PASSWORD 'secret'");

        assertThatThrownBy(() -> engine.inspect(
                        new SourceAddress(source.jdbcUrl(), "plain", "secret"), TestSource.full("inspected")))
                .satisfies(failed(BackupError.GRANT_MISSING))
                .hasMessageContaining("pg_ls_dir")
                .hasMessageContaining(release.major() < 15 ? "pg_stop_backup" : "pg_backup_stop");
    }

    @Test
    void refusesARoleWithoutReplication() throws Exception {
        SourceAddress other = TestSource.backupRole(source, "bk_without");
        execute(source, "ALTER ROLE bk_without NOREPLICATION");

        assertThatThrownBy(() -> engine.inspect(other, TestSource.full("inspected")))
                .satisfies(failed(BackupError.GRANT_MISSING))
                .hasMessageContaining("REPLICATION");
    }

    @Test
    void refusesAServerThatHasLostATablespace() throws Exception {
        execute(source, "SET allow_in_place_tablespaces = on", "CREATE TABLESPACE extra LOCATION ''");
        String oid = column(source, "SELECT oid FROM pg_tablespace WHERE spcname = 'extra'")
                .get(0);
        Path place = host.root("source").resolve("pgdata/pg_tblspc").resolve(oid);
        Path aside = host.root("source").resolve("aside");
        try {
            engine.inspect(role, TestSource.full("inspected"));
            Files.move(place, aside);

            assertThatThrownBy(() -> engine.inspect(role, TestSource.full("inspected")))
                    .satisfies(failed(BackupError.TABLESPACE_LOST))
                    .hasMessageContaining(oid);
        } finally {
            Files.move(aside, place);
            execute(source, "DROP TABLESPACE extra");
        }
    }

    @Test
    void tellsARefusedLoginFromADeadServer() throws Exception {
        assertThatThrownBy(() -> engine.inspect(
                        new SourceAddress(source.jdbcUrl(), "bk", "wrong"), TestSource.full("inspected")))
                .satisfies(failed(BackupError.DATABASE_LOGIN_REFUSED));
        assertThatThrownBy(() -> engine.inspect(
                        new SourceAddress(source.jdbcUrl().replace("/source", "/nowhere"), "bk", "secret"),
                        TestSource.full("inspected")))
                .satisfies(failed(BackupError.DATABASE_LOGIN_REFUSED));
        assertThatThrownBy(() -> engine.inspect(
                        new SourceAddress("http://nonsense", "bk", "secret"), TestSource.full("inspected")))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));

        int dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = socket.getLocalPort();
        }
        assertThatThrownBy(() -> engine.inspect(
                        new SourceAddress("jdbc:postgresql://127.0.0.1:" + dead + "/source", "bk", "secret"),
                        TestSource.full("inspected")))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE))
                .hasMessageContaining("Source");
    }

    @Test
    void givesUpOnAServerThatNeverAnswers() throws Exception {
        PostgresSettings impatient = new PostgresSettings(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                8192,
                8192,
                1,
                SourceLoad.UNLIMITED);
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/x";

            assertThatThrownBy(() -> TestSource.engine(impatient)
                            .inspect(new SourceAddress(url, "bk", "s"), TestSource.full("inspected")))
                    .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
        }
    }

    @Test
    void listsTheDataAndNothingElse() throws Exception {
        String unlogged =
                column(source, "SELECT pg_relation_filepath('forgettable')").get(0);
        String logged = column(source, "SELECT pg_relation_filepath('t')").get(0);
        try (BackupHold hold = engine.open(role, TestSource.full("listing"))) {
            List<Extent> extents = TestSource.list(hold);

            Map<String, Extent> byPath = extents.stream().collect(Collectors.toMap(Extent::path, extent -> extent));
            assertThat(byPath)
                    .containsKeys(
                            "PG_VERSION", "pg_wal", "pg_wal/archive_status", "pg_replslot", "pg_notify", "pg_tblspc")
                    .containsKeys("base", unlogged + "_init", logged, logged + "_vm")
                    .doesNotContainKeys(unlogged, unlogged + "_fsm", "postmaster.pid", "postmaster.opts")
                    .doesNotContainKeys("global/pg_control", "backup_label");
            assertThat(byPath.keySet())
                    .noneMatch(path -> path.matches("pg_wal/[0-9A-F]{24}") || path.contains("pg_internal.init"))
                    .noneMatch(path -> path.matches("pg_replslot/.*"));
            assertThat(byPath)
                    .hasEntrySatisfying(
                            logged, extent -> assertThat(extent.length()).isGreaterThan(10_000_000L))
                    .hasEntrySatisfying(
                            "pg_wal", extent -> assertThat(extent.kind()).isEqualTo(ExtentKind.DIRECTORY));
            assertThat(hold.start().systemIdentifier())
                    .isEqualTo(
                            engine.inspect(role, TestSource.full("inspected")).systemIdentifier());
            assertThat(hold.start().dbname()).isEqualTo("source");
            assertThat(hold.start().segmentBytes()).isEqualTo(16 << 20);
        }
    }

    @Test
    void leavesNoSlotAndNoBackupBehind() throws Exception {
        try (BackupHold hold = engine.open(role, TestSource.full("left"))) {
            hold.verifyOpen();
            assertThat(column(source, "SELECT slot_name FROM pg_replication_slots WHERE temporary"))
                    .isNotEmpty();
        }

        await().untilAsserted(() -> {
            assertThat(column(source, "SELECT slot_name FROM pg_replication_slots"))
                    .isEmpty();
            assertThat(column(source, "SELECT pid FROM pg_stat_activity WHERE usename = 'bk'"))
                    .isEmpty();
        });
    }

    @Test
    void reportsASessionThatTheServerEnded() throws Exception {
        try (BackupHold hold = engine.open(role, TestSource.full("ended"))) {
            execute(source, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");

            assertThatThrownBy(hold::verifyOpen).satisfies(failed(BackupError.SESSION_LOST));
            assertThatThrownBy(hold::stop).satisfies(failed(BackupError.SESSION_LOST));
        }
    }

    @Test
    void reportsAReaderThatTheServerEnded() throws Exception {
        String path = column(source, "SELECT pg_relation_filepath('t')").get(0);
        try (ExtentReader reader = engine.reader(role, NAME)) {
            execute(source, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bk'");
            reader.begin(List.of(Extent.file(path, 0, 8192)));

            assertThatThrownBy(reader::next).satisfies(failed(BackupError.DATABASE_UNREACHABLE));
        }
    }

    @Test
    void abortWakesAReaderThatWaits() throws Exception {
        execute(source, "CREATE TABLE guarded (a int)");
        try (ExtentReader reader = engine.reader(role, NAME);
                var connection = TestHost.login(source);
                var statement = connection.createStatement()) {
            // The statement that reads needs the catalogue entry that this transaction holds fast.
            connection.setAutoCommit(false);
            statement.execute("LOCK pg_catalog.pg_proc IN ACCESS EXCLUSIVE MODE");
            reader.begin(List.of(Extent.file("PG_VERSION", 0, 3)));
            CompletableFuture<Piece> waiting = CompletableFuture.supplyAsync(reader::next);
            await().until(() -> {
                try (var rows = statement.executeQuery(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pg_proc'::regclass")) {
                    return rows.next() && rows.getInt(1) > 0;
                }
            });

            reader.abort();

            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
            connection.rollback();
        }
    }
}
