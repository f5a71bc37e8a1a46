package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagedServersTest {
    private static final AttemptRef FIRST = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
    private static final AttemptRef SECOND = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 2);

    @TempDir
    static Path data;

    private static TestHost host;
    private static ServerConnection shop;

    @BeforeAll
    static void provisionShop() {
        host = new TestHost(data);
        shop = host.servers().provisionSample(ref("shop"), new DatabaseName("Shop"));
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void provisionsAFilledSampleOnce() throws Exception {
        execute(shop, "CREATE TABLE IF NOT EXISTS mark (a int)");

        ServerConnection again = host.servers().provisionSample(ref("shop"), new DatabaseName("Shop"));

        assertThat(again).isEqualTo(shop);
        assertThat(column(again, "SELECT count(*) FROM customers")).containsExactly("20000");
        assertThat(column(again, "SELECT count(*) FROM order_items WHERE order_id <= 60000"))
                .containsExactly("180000");
        assertThat(column(again, "SELECT to_regclass('mark')")).containsExactly("mark");
        assertThat(column(again, "SELECT pg_database_size('shop') > 25000000")).containsExactly("t");
        assertThat(column(again, "SELECT count(*) FROM order_totals")).containsExactly("60000");
        assertThat(column(again, "SELECT place_order(1, 1, 2)")).containsExactly("60001");
        assertThat(column(again, "SHOW data_checksums")).containsExactly("on");
        assertThat(column(again, "SHOW fsync")).containsExactly("on");
    }

    @Test
    void sampleRowsAreAlwaysTheSame() throws Exception {
        assertThat(column(shop, "SELECT md5(string_agg(id || name || price, ',' ORDER BY id)) FROM products"))
                .containsExactly("f5b43f0bdc7403b9eefd5d01085836c5");
    }

    @Test
    void letsNobodyInWithoutThePassword() {
        assertThatThrownBy(() -> DriverManager.getConnection(shop.jdbcUrl(), shop.user(), "wrong"))
                .hasMessageContaining("password authentication failed");
        assertThatThrownBy(() -> DriverManager.getConnection(shop.jdbcUrl(), "postgres", ""))
                .hasMessageContaining("password");
    }

    @Test
    void keepsThePasswordToItself() throws Exception {
        Path record = host.directory(ref("shop")).record();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(host.directory(ref("shop")).serverLog()))
                .doesNotContain(shop.password(), "SCRAM-SHA-256");
        assertThat(shop.toString()).doesNotContain(shop.password());
    }

    @Test
    void adoptsARunningServerAfterBeingForgotten() throws Exception {
        String started = column(shop, "SELECT pg_postmaster_start_time()").get(0);

        TestHost fresh = host.forgotten();

        assertThat(fresh.servers().adoptAll())
                .filteredOn(adoption -> adoption.database().equals(ref("shop")))
                .singleElement()
                .satisfies(adoption -> assertThat(adoption.problem()).isEmpty());
        assertThat(fresh.servers().connect(ref("shop"))).isEqualTo(shop);
        assertThat(column(shop, "SELECT pg_postmaster_start_time()")).containsExactly(started);
    }

    @Test
    void startsAKilledServerAgainUnderItsOldAddress() throws Exception {
        ServerConnection server = host.provision("killed", "CREATE TABLE t AS SELECT 1 AS a");
        long pid =
                Long.parseLong(Files.readAllLines(host.directory(ref("killed")).postmasterFile())
                        .get(0));
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        process.onExit().get();

        assertThat(host.servers().connect(ref("killed"))).isEqualTo(server);
        assertThat(column(server, "SELECT a FROM t")).containsExactly("1");
    }

    @Test
    void doesNotTakeAStrangersProcessForItsServer() throws Exception {
        ServerConnection server = host.provision("stranger", "CREATE TABLE t AS SELECT 1 AS a");
        host.servers().stopAll();
        Path postmasterFile = host.directory(ref("stranger")).postmasterFile();
        Files.writeString(postmasterFile, ProcessHandle.current().pid() + "\n" + postmasterFile.getParent() + "\n");

        assertThat(host.servers().connect(ref("stranger"))).isEqualTo(server);

        assertThat(column(server, "SELECT a FROM t")).containsExactly("1");
        assertThat(ProcessHandle.current().isAlive()).isTrue();
        host.servers().adoptAll();
    }

    @Test
    void preparesAnEmptyPrivateDirectoryAndRemovesEarlierAttempts() throws Exception {
        Path first = host.servers().prepare(ref("fresh"), FIRST);
        Files.writeString(first.resolve("left"), "over");

        Path second = host.servers().prepare(ref("fresh"), SECOND);

        assertThat(second).isEmptyDirectory().isNotEqualTo(first);
        assertThat(first).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second)))
                .isEqualTo("rwx------");
        assertThat(host.servers().exists(ref("fresh"))).isFalse();
    }

    @Test
    void discardsOnlyItsOwnAttempt() throws Exception {
        Path second = host.servers().prepare(ref("discarded"), SECOND);

        host.servers().discard(ref("discarded"), FIRST);
        assertThat(second).exists();

        host.servers().discard(ref("discarded"), SECOND);
        host.servers().discard(ref("discarded"), SECOND);
        assertThat(second).doesNotExist();
    }

    @Test
    void neitherPreparesNorDiscardsOverAnOpenServer() throws Exception {
        assertThatThrownBy(() -> host.servers().prepare(ref("SHOP"), FIRST))
                .satisfies(failed(BackupError.DATABASE_EXISTS));

        host.servers().discard(ref("shop"), FIRST);

        assertThat(column(shop, "SELECT 1")).containsExactly("1");
        assertThat(host.servers().recoveryFork(ref("shop"))).isPresent();
    }

    @Test
    void opensNothingThatWasNotPrepared() {
        assertThatThrownBy(() -> host.servers().open(ref("never"), new DatabaseName("never"), FIRST, "never"))
                .satisfies(failed(BackupError.HOST_IO));
        assertThatThrownBy(() -> host.servers().connect(ref("never"))).satisfies(failed(BackupError.DATABASE_UNKNOWN));
    }

    @Test
    void refusesToOpenAnIncompleteDirectory() throws Exception {
        Path empty = host.servers().prepare(ref("incomplete"), FIRST);
        Files.writeString(empty.resolve("PG_VERSION"), "18\n");

        assertThatThrownBy(() -> host.servers().open(ref("incomplete"), new DatabaseName("incomplete"), FIRST, "x"))
                .satisfies(failed(BackupError.MANIFEST_MISMATCH));
    }

    @Test
    void refusesToOpenAnotherVersion() throws Exception {
        Path old = host.servers().prepare(ref("old"), FIRST);
        Files.writeString(old.resolve("PG_VERSION"), "13\n");
        Files.writeString(old.resolve("backup_label"), "");

        assertThatThrownBy(() -> host.servers().open(ref("old"), new DatabaseName("old"), FIRST, "x"))
                .satisfies(failed(BackupError.ENGINE_MISMATCH));
    }

    @Test
    void namesTheLogWhenAServerDoesNotStart() throws Exception {
        Path broken = host.servers().prepare(ref("broken"), FIRST);
        Files.writeString(broken.resolve("PG_VERSION"), "18\n");
        new RestoredLog().ended().writeTo(broken);

        assertThatThrownBy(() -> host.servers().open(ref("broken"), new DatabaseName("Broken"), FIRST, "x"))
                .satisfies(failed(BackupError.SERVER_NOT_STARTED))
                .hasMessageContaining("pg_control")
                .extracting(thrown -> ((BakstripeException) thrown).problem().hint())
                .asString()
                .contains(host.directory(ref("broken")).serverLog().toString());
    }

    @Test
    void keepsOthersOutOfADirectoryThatIsWorkedIn() throws Exception {
        Path root = host.directory(ref("locked")).root();
        try (DirectoryLock mine = DirectoryLock.tryAcquire(root).orElseThrow()) {
            assertThat(mine).isNotNull();
            assertThatThrownBy(() -> host.servers().prepare(ref("locked"), FIRST))
                    .satisfies(failed(BackupError.HOST_IO));
        }
        assertThat(host.servers().prepare(ref("locked"), FIRST)).isEmptyDirectory();
    }

    @Test
    void mintsAForkForEachServer() {
        UUID other = host.servers().recoveryFork(ref("shop")).orElseThrow();

        assertThat(host.forgotten().servers().recoveryFork(ref("shop"))).contains(other);
        assertThat(host.servers().recoveryFork(ref("absent"))).isEmpty();
    }

    private static org.assertj.core.api.ThrowingConsumer<Throwable> failed(BackupError error) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }
}
