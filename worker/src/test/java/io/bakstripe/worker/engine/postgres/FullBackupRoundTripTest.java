package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.login;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullBackupRoundTripTest {
    /** Every table and view with a hash over all its rows. */
    private static final String TABLES = """
            SELECT c.relname || ' ' || coalesce((xpath('/row/h/text()', query_to_xml(
                     format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text)) AS h FROM %I t', c.relname),
                     false, true, '')))[1]::text, '-')
              FROM pg_class c
             WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace
               AND c.relpersistence = 'p' AND c.relname NOT IN ('ticks', 'passing')
             ORDER BY c.relname""";

    @TempDir
    static Path data;

    private static TestHost host;
    private static ServerConnection shop;
    private static SourceAddress role;

    @BeforeAll
    static void startSource() throws Exception {
        host = new TestHost(data);
        shop = host.servers().provisionSample(ref("shop"), NAME);
        execute(
                shop,
                "CREATE TABLE ticks (n int PRIMARY KEY, filler text)",
                "CREATE UNLOGGED TABLE forgettable AS SELECT i FROM generate_series(1, 5000) i",
                "CREATE DATABASE other",
                "ALTER SYSTEM SET archive_command = 'touch /nonexistent/%f'",
                "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'",
                "ALTER SYSTEM SET port = 1");
        role = TestSource.backupRole(shop, "bk");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void restoresTheRowsOfTheStopWhileAWriterRuns() throws Exception {
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
        Path target = host.servers().prepare(ref("Copy"), attempt);
        List<String> expected = column(shop, TABLES);
        int ticks;
        try (Writer writer = new Writer(shop)) {
            writer.awaitTicks(10);
            ticks = backUp(target, writer);
        }

        ServerConnection copy = host.servers().open(ref("copy"), new DatabaseName("Copy"), attempt, "shop");

        assertThat(column(copy, TABLES)).isEqualTo(expected).hasSizeGreaterThan(4);
        assertThat(column(copy, "SELECT max(n) >= " + ticks + " AND count(*) = max(n) FROM ticks"))
                .containsExactly("t");
        assertThat(column(copy, "SELECT count(*) FROM forgettable")).containsExactly("0");
        assertThat(column(copy, "SELECT datname FROM pg_database WHERE datname = 'other'"))
                .containsExactly("other");
        assertThat(column(copy, "SELECT place_order(1, 1, 2)")).containsExactly("60001");
        isolated(copy);
        repeatable(copy, attempt);
        restartable(copy);
    }

    @Test
    void backsUpARestoredServerWithTheHistoryOfItsTimeline() throws Exception {
        AttemptRef first = new AttemptRef(TestHost.INSTANCE, new TaskId(2), 1);
        backUp(shop, host.servers().prepare(ref("child"), first));
        ServerConnection child = host.servers().open(ref("child"), new DatabaseName("child"), first, "shop");

        AttemptRef second = new AttemptRef(TestHost.INSTANCE, new TaskId(3), 1);
        List<Extent> closing = backUp(child, host.servers().prepare(ref("grandchild"), second));
        ServerConnection grandchild =
                host.servers().open(ref("grandchild"), new DatabaseName("grandchild"), second, "shop");

        assertThat(closing).extracting(Extent::path).contains("pg_wal/00000002.history");
        assertThat(column(grandchild, "SELECT timeline_id FROM pg_control_checkpoint()"))
                .containsExactly("3");
        assertThat(column(grandchild, "SELECT count(*) FROM customers")).containsExactly("20000");
        assertThat(host.servers().recoveryFork(ref("grandchild")))
                .isPresent()
                .isNotEqualTo(host.servers().recoveryFork(ref("child")));
    }

    private static void isolated(ServerConnection copy) throws Exception {
        assertThat(copy.port()).isNotEqualTo(shop.port());
        assertThat(column(copy, "SHOW archive_mode")).containsExactly("off");
        assertThat(column(copy, "SHOW archive_command")).containsExactly("(disabled)");
        assertThat(column(copy, "SHOW shared_preload_libraries")).containsExactly("");
        assertThat(column(copy, "SHOW listen_addresses")).containsExactly("127.0.0.1");
        assertThat(column(copy, "SELECT pg_is_in_recovery()")).containsExactly("f");
        assertThat(column(copy, "SELECT timeline_id FROM pg_control_checkpoint()"))
                .containsExactly("2");
    }

    private static void repeatable(ServerConnection copy, AttemptRef attempt) throws Exception {
        String started = column(copy, "SELECT pg_postmaster_start_time()").get(0);

        assertThat(host.servers().open(ref("copy"), new DatabaseName("Copy"), attempt, "shop"))
                .isEqualTo(copy);

        assertThat(column(copy, "SELECT pg_postmaster_start_time()")).containsExactly(started);
    }

    private static void restartable(ServerConnection copy) throws Exception {
        execute(copy, "CREATE TABLE after_restore AS SELECT 1 AS a");
        execute(shop, "ALTER SYSTEM RESET ALL");
        host.servers().stopAll();

        assertThat(host.servers().adoptAll())
                .allSatisfy(adoption -> assertThat(adoption.problem()).isEmpty());

        assertThat(column(copy, "SELECT a FROM after_restore")).containsExactly("1");
    }

    /** Gives how many ticks were committed before the backup's end. */
    private static int backUp(Path target, Writer writer) throws Exception {
        PostgresEngine engine = TestSource.engine();
        try (BackupHold hold = engine.open(role, NAME, "round trip");
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Extent> extents = TestSource.list(hold);
            writer.awaitTicks(writer.ticks() + 20);
            TestSource.restore(reader, extents, target);
            writer.awaitTicks(writer.ticks() + 20);
            int ticks = writer.ticks();
            hold.verifyOpen();
            close(hold, reader, target);
            return ticks;
        }
    }

    private static List<Extent> backUp(ServerConnection source, Path target) throws Exception {
        PostgresEngine engine = TestSource.engine();
        SourceAddress address = TestHost.address(source);
        try (BackupHold hold = engine.open(address, NAME, "plain");
                ExtentReader reader = engine.reader(address, NAME)) {
            TestSource.restore(reader, TestSource.list(hold), target);
            return close(hold, reader, target);
        }
    }

    private static List<Extent> close(BackupHold hold, ExtentReader reader, Path target) throws Exception {
        BackupHold.Stop stop = hold.stop();
        assertThat(stop.lastLsn()).isGreaterThan(hold.start().firstLsn());
        assertThat(stop.closing()).extracting(Extent::kind).contains(ExtentKind.LOG, ExtentKind.INLINE);
        assertThat(stop.closing().get(stop.closing().size() - 1).kind()).isEqualTo(ExtentKind.CONTROL);
        // The slot, not luck, keeps the log: two checkpoints would remove or recycle what nobody holds.
        execute(shop, "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
        TestSource.restore(reader, stop.closing(), target);
        return stop.closing();
    }

    /** Commits numbered rows, one after the other, until it is closed. */
    private static final class Writer implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicInteger committed = new AtomicInteger();
        private final CompletableFuture<Void> running;

        Writer(ServerConnection server) {
            this.running = CompletableFuture.runAsync(() -> write(server));
        }

        private void write(ServerConnection server) {
            try (Connection connection = login(server);
                    Statement statement = connection.createStatement()) {
                while (!stop.get()) {
                    int next = committed.get() + 1;
                    statement.execute("INSERT INTO ticks VALUES (" + next + ", repeat('x', 2000))");
                    if (next % 10 == 0) {
                        statement.execute("DROP TABLE IF EXISTS passing; CREATE TABLE passing (a int);"
                                + " INSERT INTO passing SELECT generate_series(1, 2000); TRUNCATE passing");
                    }
                    committed.set(next);
                }
                statement.execute("DROP TABLE IF EXISTS passing");
            } catch (java.sql.SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }

        int ticks() {
            return committed.get();
        }

        void awaitTicks(int ticks) {
            await().until(() -> running.isCompletedExceptionally() || committed.get() >= ticks);
            assertThat(running).isNotCompletedExceptionally();
        }

        @Override
        public void close() {
            stop.set(true);
            running.join();
        }
    }
}
