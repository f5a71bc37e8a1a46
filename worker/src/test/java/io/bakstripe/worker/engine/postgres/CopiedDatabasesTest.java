package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a real server writes to its log when databases are made, moved and dropped, and whether a backup of that time is good for a restore. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
final class CopiedDatabasesTest {
    private static final int FIRST_WITH_STRATEGIES = 15;

    @TempDir
    private static Path data;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;
    private static String byFiles;

    private final PostgresEngine engine = TestSource.engine();

    @Parameter
    private PostgresRelease release;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        // Nobody but the test is to change a database.
        host = new TestHost(
                data.resolve(release.toString()),
                TestHost.settings("bakstripe.worker.host.server-settings.autovacuum = off"),
                release);
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
        byFiles = release.major() < FIRST_WITH_STRATEGIES ? "" : " STRATEGY FILE_COPY";
        execute(source, "SET allow_in_place_tablespaces = on", "CREATE TABLESPACE other LOCATION ''");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @BeforeEach
    void makeOriginal() throws Exception {
        execute(source, "CREATE DATABASE original");
        execute(
                TestHost.inside(source, "original"),
                "CREATE TABLE t AS SELECT i FROM generate_series(1, 3000) i",
                "DELETE FROM t WHERE i > 100",
                "CREATE TABLE seen AS SELECT i FROM generate_series(1, 3000) i");
    }

    @AfterEach
    void dropAll() throws Exception {
        for (String name : column(
                source,
                "SELECT quote_ident(datname) FROM pg_database WHERE datname NOT IN ('source', 'postgres') AND NOT datistemplate")) {
            execute(source, "DROP DATABASE " + name);
        }
    }

    @Test
    void refusesWhatWasMoved() throws Exception {
        try (BackupHold hold = open()) {
            execute(source, "ALTER DATABASE original SET TABLESPACE other");
            refuses(hold, "original");
        }
    }

    @Test
    void refusesWhatWasMovedAndMovedBack() throws Exception {
        try (BackupHold hold = open()) {
            execute(
                    source,
                    "ALTER DATABASE original SET TABLESPACE other",
                    "ALTER DATABASE original SET TABLESPACE pg_default");
            refuses(hold, "original");
        }
    }

    @Test
    void refusesACopyOfWhatIsDropped() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "copy");
            execute(source, "DROP DATABASE original");
            refuses(hold, "copy");
        }
    }

    @Test
    void refusesACopyOfWhatHasMoreRowsNow() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "copy");
            execute(TestHost.inside(source, "original"), "INSERT INTO t VALUES (1)");
            refuses(hold, "copy");
        }
    }

    @Test
    void refusesACopyOfWhatIsShorterNow() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "copy");
            execute(TestHost.inside(source, "original"), "VACUUM (TRUNCATE) t");
            refuses(hold, "copy");
        }
    }

    @Test
    void refusesACopyOfACopyWhenTheFirstIsChanged() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "between");
            copy("between", "copy");
            execute(source, "DROP DATABASE between");
            execute(TestHost.inside(source, "original"), "DROP TABLE t");
            refuses(hold, "copy");
        }
    }

    @Test
    void takesACopyOfACopyThatIsChanged() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "between");
            copy("between", "copy");
            execute(TestHost.inside(source, "between"), "DROP TABLE t");
            takes(hold);
        }
    }

    @Test
    void takesCopiesOfWhatOnlyIsLookedAt() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "copy");
            assertThat(column(TestHost.inside(source, "original"), "SELECT count(*) FROM seen"))
                    .containsExactly("3000");
            execute(TestHost.inside(source, "copy"), "DROP TABLE t");
            takes(hold);
        }
    }

    @Test
    void takesDatabasesThatComeAndGo() throws Exception {
        execute(source, "CREATE DATABASE doomed");
        try (BackupHold hold = open()) {
            execute(source, "DROP DATABASE doomed", "CREATE DATABASE made");
            copy("original", "brief");
            execute(source, "DROP DATABASE original", "DROP DATABASE brief", "ALTER DATABASE made CONNECTION LIMIT 7");
            takes(hold);
        }
    }

    @Test
    void takesCopiesThatTheLogHoldsWhole() throws Exception {
        assumeThat(release.major()).isGreaterThanOrEqualTo(FIRST_WITH_STRATEGIES);
        try (BackupHold hold = open()) {
            execute(source, "CREATE DATABASE copy TEMPLATE original STRATEGY WAL_LOG");
            execute(source, "DROP DATABASE original");
            takes(hold);
        }
    }

    @Test
    void readsALogOfManySegments() throws Exception {
        try (BackupHold hold = open()) {
            copy("original", "copy");
            execute(
                    source,
                    "SELECT pg_switch_wal()",
                    "CREATE TABLE much AS SELECT i, repeat(md5(i::text), 50) FROM generate_series(1, 20000) i",
                    "SELECT pg_logical_emit_message(true, 'large', repeat('x', 3000000))",
                    "DROP TABLE much");
            takes(hold);
        }
        try (BackupHold hold = open()) {
            copy("original", "another");
            execute(source, "SELECT pg_switch_wal()", "CREATE TABLE little (i int)", "DROP TABLE little");
            execute(TestHost.inside(source, "original"), "DROP TABLE t");
            refuses(hold, "another");
        }
    }

    private BackupHold open() {
        return engine.open(role, TestSource.full("copies"));
    }

    private static void copy(String from, String to) throws SQLException {
        execute(source, "CREATE DATABASE " + to + " TEMPLATE " + from + byFiles);
    }

    private static void refuses(BackupHold hold, String database) throws SQLException {
        String oid = column(source, "SELECT oid FROM pg_database WHERE datname = '" + database + "'")
                .get(0);
        assertThatThrownBy(hold::stop)
                .satisfies(failed(BackupError.SESSION_LOST))
                .hasMessageContaining("to the database with oid " + oid + " and then changed them");
    }

    private static void takes(BackupHold hold) {
        assertThat(hold.stop().closing()).isNotEmpty();
    }
}
