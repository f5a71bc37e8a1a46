package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server whose disk gives other bytes for some pages than were written to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DamagedPagesIT {
    private static final int PAGE = 8192;
    private static final List<Long> DAMAGED = List.of(3L, 250L, 251L);

    @TempDir
    static Path temp;

    private RunningNode node;
    private String table;
    private Path file;

    @BeforeAll
    void damageATable() throws Exception {
        node = RunningNode.start(temp.resolve("node"));
        execute(
                "CREATE TABLE fragile AS SELECT i, repeat(md5(i::text), 20) AS text FROM generate_series(1, 5000) i",
                "VACUUM (FREEZE, ANALYZE) fragile",
                "CHECKPOINT");
        table = value(node.shop(), "SELECT pg_relation_filepath('fragile')");
        file = Path.of(value(node.shop(), "SHOW data_directory")).resolve(table);
        turn();
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    @Test
    void endsTheBackupInAnErrorThatNamesThePagesAndLeavesNothing() {
        long task = node.submit("rds_backup_database", call("refused*.bak", 2, 0));

        JsonNode row = node.awaitEnd(task);

        assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText())
                .contains("database 'shop' has 3 page(s) whose checksums are wrong")
                .contains(table + " block 3, " + table + " block 250, " + table + " block 251")
                .contains("BAK-6121")
                .doesNotContain("Attempt 2");
        JsonNode detail = node.task(task);
        assertThat(detail.required("problem").required("code").asText()).isEqualTo("BAK-6121");
        assertThat(detail.required("damage").required("pages").asLong()).isEqualTo(3);
        assertThat(detail.required("damage").required("first").findValues("block"))
                .extracting(JsonNode::asLong)
                .containsExactlyElementsOf(DAMAGED);
        assertThat(node.keys()).noneMatch(key -> key.startsWith("refused"));
        assertThat(node.uploads()).isEmpty();
    }

    @Test
    void backsUpDamagedPagesWhenAskedToAndSaysSoEverAfter() throws Exception {
        long backup = node.submit("rds_backup_database", call("damaged*.bak", 3, 1));
        JsonNode row = node.awaitSuccess(backup);

        assertThat(row.required("task_info").asText())
                .contains("Warning: 3 damaged page(s) are backed up as they are, because continue_after_error is 1")
                .contains(table + " block 250");
        assertThat(lastFullBackup().required("damagedPages").asLong()).isEqualTo(3);
        assertThat(inspect("damaged2-of-3.bak")).contains("3 page(s) of the database were damaged");

        long restore = node.submit(
                "rds_restore_database",
                Map.of("restore_db_name", "from_damaged", "s3_arn_to_restore_from", arn("damaged*")));
        assertThat(node.awaitSuccess(restore).required("task_info").asText())
                .contains("Damage to the backup set was detected. 3 page(s) had wrong checksums")
                .contains("BAK-6122");
        ServerConnection copy = node.database("from_damaged");
        assertThatThrownBy(() -> value(copy, "SELECT count(text) FROM fragile"))
                .hasMessageContaining("invalid page in block 3");
        assertThat(value(copy, "SELECT i FROM fragile WHERE ctid = '(100,1)'"))
                .isEqualTo(value(node.shop(), "SELECT i FROM fragile WHERE ctid = '(100,1)'"));

        turn();
        node.awaitSuccess(node.submit("rds_backup_database", call("whole*.bak", 2, 1)));
        turn();

        assertThat(lastFullBackup().path("damagedPages").isNumber()).isFalse();
        assertThat(inspect("whole1-of-2.bak")).doesNotContain("damaged");
    }

    /** Turns a bit in each of the pages; twice is as it was. */
    private void turn() throws IOException {
        try (RandomAccessFile pages = new RandomAccessFile(file.toFile(), "rw")) {
            for (long block : DAMAGED) {
                long at = block * PAGE + PAGE - 10;
                pages.seek(at);
                int old = pages.read();
                pages.seek(at);
                pages.write(old ^ 1);
            }
        }
    }

    private JsonNode lastFullBackup() {
        return node.get("/instances/sandbox/databases/shop").body().required("lastFullBackup");
    }

    private String inspect(String key) throws Exception {
        Path copy = Files.write(temp.resolve(key), node.object(key));
        Path output = temp.resolve(key + ".txt");
        Process inspection = new ProcessBuilder(Home.find().nodeCommand("128m", List.of("inspect", copy.toString())))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(inspection.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }

    private static Map<String, Object> call(String key, int files, int continueAfterError) {
        Map<String, Object> call = new HashMap<>();
        call.put("source_db_name", "shop");
        call.put("s3_arn_to_backup_to", arn(key));
        call.put("number_of_files", files);
        call.put("continue_after_error", continueAfterError);
        return call;
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = login(node.shop());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String value(ServerConnection server, String sql) throws SQLException {
        try (Connection connection = login(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Connection login(ServerConnection server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }
}
