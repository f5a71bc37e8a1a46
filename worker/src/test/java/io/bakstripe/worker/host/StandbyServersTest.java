package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.ChainCopies.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases that are RESTORING are read between steps. Their source allows more of everything than our servers do. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class StandbyServersTest {
    private static final String ROWS = "SELECT i FROM rows ORDER BY i";
    private static final String MORE = """
            max_connections = 230
            max_worker_processes = 23
            max_wal_senders = 23
            max_prepared_transactions = 230
            max_locks_per_transaction = 230
            wal_level = replica
            """;

    @TempDir
    static Path parent;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static PlainServer server;
    private static ChainSource source;
    private static ChainCopies copies;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        Path folder = Files.createDirectory(parent.resolve(release.toString()));
        host = new TestHost(folder.resolve("host"), release);
        server = PlainServer.start(
                Files.createDirectory(folder.resolve("source")), release, List.of("--data-checksums"), MORE, "");
        ServerConnection postgres = server.database("postgres");
        execute(
                postgres,
                "SET password_encryption = 'scram-sha-256'",
                "ALTER ROLE admin PASSWORD '" + postgres.password() + "'",
                "CREATE TABLE rows (i int)");
        source = new ChainSource(postgres, server.data());
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
        server.close();
    }

    @Test
    void areReadBetweenLogs() throws Exception {
        row(1);
        RolledTo full = copies.full("looked");
        row(2);

        ServerConnection first = copies.standBy("looked");
        assertThat(column(first, ROWS)).contains("1").doesNotContain("2");
        assertThat(column(first, "SELECT pg_is_in_recovery()")).containsExactly("t");
        assertThatThrownBy(() -> execute(first, "INSERT INTO rows VALUES (9)")).hasMessageContaining("read-only");
        assertThat(copies.standBy("looked")).isEqualTo(first);

        RolledTo one = copies.log("looked", full.position());
        assertThatThrownBy(() -> column(first, ROWS)).hasMessageContaining("refused");
        assertThat(column(copies.standBy("looked"), ROWS)).contains("1", "2").doesNotContain("3");
        row(3);
        RolledTo two = copies.log("looked", one.position());
        assertThat(column(copies.standBy("looked"), ROWS)).contains("1", "2", "3");
        assertThat(two.position()).isGreaterThan(one.position());

        assertThat(column(copies.open("looked"), ROWS)).contains("1", "2", "3");
        assertThat(column(host.servers().connect(ref("looked")), "SELECT pg_is_in_recovery()"))
                .containsExactly("f");
        IntegrityCheck.passes(host, "looked");
    }

    @Test
    void showNothingBehindTheMomentToStopAt() throws Exception {
        RolledTo full = copies.full("moment");
        row(11);
        execute(source.server(), "SELECT pg_sleep(0.01)");
        Instant moment = source.now();
        execute(source.server(), "SELECT pg_sleep(0.01)");
        row(12);
        RolledTo stopped = copies.log("moment", full.position(), moment);

        assertThat(column(copies.standBy("moment"), ROWS)).contains("11").doesNotContain("12");
        RolledTo whole = copies.logFrom("moment", stopped.position());
        assertThat(column(copies.standBy("moment"), ROWS)).contains("11", "12");

        assertThat(whole.stopped()).isFalse();
        assertThat(column(copies.open("moment"), ROWS)).contains("11", "12");
        IntegrityCheck.passes(host, "moment");
    }

    @Test
    void allowAsMuchAsTheirSourceAllowsLater() throws Exception {
        RolledTo full = copies.full("raised");
        execute(source.server(), "ALTER SYSTEM SET max_connections = 240");
        server.stop();
        server.start();
        row(21);
        copies.log("raised", full.position());

        ServerConnection copy = copies.standBy("raised");

        assertThat(column(copy, ROWS)).contains("21");
        assertThat(column(copy, "SHOW max_connections")).containsExactly("240");
    }

    @Test
    void letInWhomTheirSourceLetsIn() throws Exception {
        copies.full("logins");
        ServerConnection copy = copies.standBy("logins");

        assertThatThrownBy(() -> DriverManager.getConnection(copy.jdbcUrl(), copy.user(), "wrong"))
                .hasMessageContaining("password authentication failed");
        assertThat(column(copy, "SHOW listen_addresses")).containsExactly("127.0.0.1");
    }

    @Test
    void comeBackWithTheNodeAndGoWithIt() throws Exception {
        copies.full("adopted");
        ServerConnection copy = copies.standBy("adopted");
        host.servers().stopAll();
        assertThatThrownBy(() -> column(copy, "SELECT 1")).hasMessageContaining("refused");

        TestHost fresh = host.forgotten();
        assertThat(fresh.servers().adoptAll())
                .allSatisfy(adoption -> assertThat(adoption.problem()).isEmpty());

        assertThat(column(copies.asOnSource(fresh.servers().connect(ref("adopted"))), "SELECT pg_is_in_recovery()"))
                .containsExactly("t");
        assertThat(host.servers().exists(ref("adopted"))).isFalse();
        fresh.servers().drop(ref("adopted"));
    }

    @Test
    void endTheSequenceWhenTheyArePromoted() throws Exception {
        RolledTo full = copies.full("promoted");
        execute(copies.standBy("promoted"), "SELECT pg_promote()");

        assertThatThrownBy(() -> copies.log("promoted", full.position()))
                .satisfies(failed(BackupError.RESTORE_PROMOTED));
        assertThatThrownBy(() -> copies.open("promoted")).satisfies(failed(BackupError.RESTORE_PROMOTED));
        host.servers().drop(ref("promoted"));
    }

    @Test
    void leaveTheDatabaseRestoringWhenTheServerDoesNotAllowThem() throws Exception {
        row(31);
        RolledTo full = copies.full("impossible");
        row(32);
        HostSettings huge = TestHost.settings(
                "bakstripe.worker.host.server-settings.shared_buffers = 1000000GB\nbakstripe.worker.host.start-timeout = 20s");
        ManagedServers other = new TestHost(
                        parent.resolve(release.toString()).resolve("host"), huge, release)
                .servers();

        assertThatThrownBy(() -> other.standBy(ref("impossible"))).satisfies(failed(BackupError.STANDBY_IMPOSSIBLE));

        copies.log("impossible", full.position());
        assertThat(column(copies.open("impossible"), ROWS)).contains("31", "32");
    }

    @Test
    void findTheLimitsOfTheirSourceInItsControlFile() throws Exception {
        String query = "SELECT setting FROM pg_settings WHERE name = '%s'";

        ServerLimits limits = ServerLimits.of(server.data()).orElseThrow();

        assertThat(limits.settings()).hasSize(5);
        for (Map.Entry<String, Integer> limit : limits.settings().entrySet()) {
            assertThat(column(source.server(), query.formatted(limit.getKey())))
                    .containsExactly(limit.getValue().toString());
        }
        assertThat(Long.toUnsignedString(
                        ServerLimits.systemIdentifier(server.data()).orElseThrow()))
                .isEqualTo(source.systemIdentifier());
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }
}
