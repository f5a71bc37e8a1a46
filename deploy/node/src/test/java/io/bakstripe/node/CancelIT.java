package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.cli.BakstripeCli;
import io.bakstripe.api.cli.Surroundings;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that are cancelled on a real node: they end in CANCELLED, and nothing half-written is left in the bucket or on the host. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CancelIT {
    private RunningNode node;

    @BeforeAll
    void startNodeWithADatabaseThatTakesAWhile(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
        ServerConnection shop = node.shop();
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE TABLE ballast AS
                    SELECT i, (SELECT string_agg(md5(random()::text || n || i), '') FROM generate_series(1, 32) AS n) AS text
                    FROM generate_series(1, 120000) AS i""");
        }
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    /** What a run of the command line printed, and its exit code. */
    private record CommandRun(int exit, String out, String err) {}

    private CommandRun bakstripe(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Map<String, String> environment =
                Map.of("BAKSTRIPE_SANDBOX", node.data().resolve("sandbox.json").toString());
        int exit = BakstripeCli.commandLine(
                        new Surroundings(environment, false, UUID::randomUUID),
                        new PrintWriter(out),
                        new PrintWriter(err))
                .execute(arguments);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    private long backup(String key, int files) {
        return node.submit(
                "rds_backup_database",
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(key), "number_of_files", files));
    }

    private void awaitPhase(long task, String phase) {
        await("phase " + phase)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> node.task(task).required("phase").asText().equals(phase));
    }

    private static String lifecycle(JsonNode row) {
        return row.required("lifecycle").asText();
    }

    private void assertNothingIsLeftOf(String prefix) {
        assertThat(node.keys()).noneMatch(key -> key.startsWith(prefix));
        assertThat(node.uploads()).noneMatch(key -> key.startsWith(prefix));
    }

    @Test
    void runningBackupIsCancelledByTheCommandLineWithItsUploads() throws Exception {
        long task = backup("by_command*.bak", 4);
        await("uploads")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> node.uploads().stream().anyMatch(key -> key.startsWith("by_command")));

        CommandRun run = bakstripe("cancel", Long.toString(task), "--wait");

        assertThat(run.exit()).as(run + node.log()).isZero();
        assertThat(run.out()).contains("CANCELLED").contains("Task cancellation has been requested.");
        assertThat(lifecycle(node.row(task))).isEqualTo("CANCELLED");
        assertNothingIsLeftOf("by_command");
    }

    @Test
    void backupIsCancelledWhileTheStoreDoesNotAnswer() throws Exception {
        long task = backup("frozen*.bak", 4);
        awaitPhase(task, "streaming");
        long store = signalStore("STOP");
        try {
            Answer answer = node.procedure("rds_cancel_task", Map.of("task_id", task));

            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(lifecycle(answer.body().required("rows").get(0))).isEqualTo("CANCEL_REQUESTED");
            assertThat(lifecycle(node.row(task))).isEqualTo("CANCEL_REQUESTED");
            Answer again = node.procedure("rds_cancel_task", Map.of("task_id", task));
            assertThat(lifecycle(again.body().required("rows").get(0))).isEqualTo("CANCEL_REQUESTED");
        } finally {
            assertThat(signalStore("CONT")).isEqualTo(store);
        }

        assertThat(lifecycle(node.awaitEnd(task))).isEqualTo("CANCELLED");
        assertNothingIsLeftOf("frozen");
    }

    @Test
    void runningBackupIsCancelledByTheStatementOfTheReference() {
        long task = backup("by_sql*.bak", 2);
        awaitPhase(task, "streaming");

        Answer answer = node.sql("exec msdb.dbo.rds_cancel_task @task_id=%d;".formatted(task));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(lifecycle(answer.body().at("/results/0/rows/0"))).isEqualTo("CANCEL_REQUESTED");
        assertThat(lifecycle(node.awaitEnd(task))).isEqualTo("CANCELLED");
        assertNothingIsLeftOf("by_sql");
    }

    @Test
    void runningRestoreIsCancelledAndItsNameIsFreeAgain() throws Exception {
        node.awaitSuccess(backup("kept*.bak", 2));
        Map<String, Object> call = Map.of("restore_db_name", "undone", "s3_arn_to_restore_from", arn("kept*.bak"));
        long task = node.submit("rds_restore_database", call);
        awaitPhase(task, "applying");

        Answer answer = node.procedure("rds_cancel_task", Map.of("task_id", task));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(lifecycle(node.awaitEnd(task))).isEqualTo("CANCELLED");
        assertThat(node.get("/instances/sandbox/databases/undone").status()).isEqualTo(404);
        node.awaitSuccess(node.submit("rds_restore_database", call));
        RowComparison.requireEqualTables(node.shop(), node.database("undone"));
    }

    @Test
    void waitingTaskIsCancelledAtOnceAndAnEndedOneIsRefused() throws Exception {
        long first = backup("first*.bak", 2);
        long second = backup("second*.bak", 2);
        long third = backup("third*.bak", 2);

        Answer answer = node.procedure("rds_cancel_task", Map.of("task_id", third));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(lifecycle(answer.body().required("rows").get(0))).isEqualTo("CANCELLED");
        assertThat(lifecycle(node.row(second))).isEqualTo("CREATED");
        assertNothingIsLeftOf("third");

        Answer ended = node.procedure("rds_cancel_task", Map.of("task_id", third));
        assertThat(ended.status()).isEqualTo(409);
        assertThat(ended.code()).isEqualTo("BAK-2121");
        Answer unknown = node.procedure("rds_cancel_task", Map.of("task_id", 99_999));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo("BAK-3003");
        CommandRun late = bakstripe("cancel", Long.toString(third));
        assertThat(late.exit()).isEqualTo(1);
        assertThat(late.err()).startsWith("error BAK-2121: ");

        // What was cancelled stands in nobody's way.
        node.awaitSuccess(first);
        node.awaitSuccess(second);
        assertThat(bakstripe("cancel", Long.toString(first)).err()).contains("has ended in SUCCESS");
    }

    /** Stops the store's process or lets it go on; answers with its process id. */
    private long signalStore(String signal) throws Exception {
        List<ProcessHandle> children = ProcessHandle.of(node.pid())
                .orElseThrow()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("SandboxMain"))
                .toList();
        assertThat(children).hasSize(1);
        long pid = children.get(0).pid();
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
        return pid;
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
