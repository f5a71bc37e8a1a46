package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.pause.Pause;
import io.bakstripe.protocol.instance.ServerConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The connection that holds a backup open, or the server behind it, ends while the backup runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LostSessionIT {
    private PausedSandbox sandbox;
    private Evidence evidence;

    @BeforeAll
    void startSandbox(@TempDir Path data) throws Exception {
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
    }

    @AfterAll
    void stopSandbox() throws Exception {
        evidence.close();
        sandbox.close();
    }

    @Test
    void attemptStartsAgainWhoseSessionIsLostBeforeTheEngineStops() throws Exception {
        RepeatableCall backup = RepeatableCall.backup("lost-once", 2);
        sandbox.pauses().set(new Pause("data-drained/1", 1, Pause.Moment.BEFORE));
        long task = evidence.repeat(backup);
        awaitPause();

        assertThat(terminateSessions()).isPositive();
        sandbox.pauses().clear();
        sandbox.node().awaitSuccess(task);

        assertThat(sandbox.node().task(task).required("attempt").asInt()).isEqualTo(2);
        evidence.requireDoneOnce(backup);
        evidence.requireNoUploadsBut(0);
        evidence.requireRestorable(backup);
    }

    /** The log of a move only says which directory was copied to which: see docs/postgresql.md. */
    @Test
    void attemptStartsAgainInWhichADatabaseWasMoved() throws Exception {
        execute(
                "SET allow_in_place_tablespaces = on",
                "CREATE TABLESPACE elsewhere LOCATION ''",
                "CREATE DATABASE moved");
        try {
            RepeatableCall backup = RepeatableCall.backup("moved-within", 2);
            sandbox.pauses().set(new Pause("data-drained/1", 1, Pause.Moment.BEFORE));
            long task = evidence.repeat(backup);
            awaitPause();

            execute("ALTER DATABASE moved SET TABLESPACE elsewhere");
            sandbox.pauses().clear();
            sandbox.node().awaitSuccess(task);

            assertThat(sandbox.node().task(task).required("attempt").asInt()).isEqualTo(2);
            evidence.requireDoneOnce(backup);
            evidence.requireNoUploadsBut(0);
            evidence.requireRestorable(backup);
        } finally {
            execute("DROP DATABASE moved", "DROP TABLESPACE elsewhere");
        }
    }

    @Test
    void lossesWithoutProgressEndTheTaskInErrorThatNamesThem() throws Exception {
        RepeatableCall backup = RepeatableCall.backup("lost-always", 2);
        Pause opened = new Pause("backup-opened/1", 1, Pause.Moment.BEFORE);
        int before = sandbox.pauses().writes().size();
        sandbox.pauses().set(opened);
        long task = evidence.repeat(backup);
        while (!ended(before)) {
            await("another attempt, or the end")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> sandbox.pauses().reached() || ended(before));
            if (sandbox.pauses().reached()) {
                terminateSessions();
                // Lets go of this attempt and waits for the next.
                sandbox.pauses().set(opened);
            }
        }
        sandbox.pauses().clear();

        JsonNode row = sandbox.node().awaitEnd(task);
        assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("BAK-", "the backup session", "attempts");
        assertThat(sandbox.node().task(task).required("attempt").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(sandbox.node().keys()).doesNotContainAnyElementsOf(backup.keys());
        evidence.requireNoUploadsBut(0);
    }

    @Test
    void serverThatIsKilledIsStartedAgainAndTheBackupSucceeds() throws Exception {
        RepeatableCall backup = RepeatableCall.backup("server-killed", 2);
        sandbox.pauses().set(new Pause("stripe-part-stored/1", 1, Pause.Moment.AFTER));
        long task = evidence.repeat(backup);
        awaitPause();

        ProcessHandle server = ManagedCopies.server(sandbox.data(), "shop");
        server.destroyForcibly();
        await().atMost(Duration.ofSeconds(20)).until(() -> !server.isAlive());
        sandbox.pauses().clear();
        sandbox.node().awaitSuccess(task);

        evidence.requireDoneOnce(backup);
        evidence.requireNoUploadsBut(0);
        evidence.requireRestorable(backup);
    }

    /** Asked of the journal, because a coordinator whose journal waits does not answer. */
    private boolean ended(int before) {
        return sandbox.pauses().writes().stream()
                .skip(before)
                .anyMatch(write -> write.events().contains("task-ended/1"));
    }

    private void awaitPause() {
        await("the pause")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(sandbox.pauses()::reached);
    }

    /** Ends every connection of the node to its source, as an administrator may; says how many there were. */
    private int terminateSessions() throws SQLException {
        try (Connection connection = login();
                Statement statement = connection.createStatement();
                ResultSet ended =
                        statement.executeQuery("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000))"
                                + " FROM pg_stat_activity WHERE application_name = 'bakstripe'")) {
            ended.next();
            return ended.getInt(1);
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = login();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Connection login() throws SQLException {
        ServerConnection shop = sandbox.shop();
        return DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
    }
}
