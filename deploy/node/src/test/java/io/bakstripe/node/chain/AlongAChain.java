package io.bakstripe.node.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node with a chain of backups of its sample database, and calls that restore from them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AlongAChain {
    static final Map<String, Object> NORECOVERY = Map.of("with_norecovery", 1);
    static final Map<String, Object> DIFFERENTIAL = Map.of("type", "DIFFERENTIAL", "with_norecovery", 1);

    Path data;
    RunningNode node;
    ServerConnection shop;

    /** full, differential, log1, log2, then another full with its differential. */
    @BeforeAll
    void makeAChain(@TempDir Path folder) throws Exception {
        data = folder;
        node = RunningNode.start(data);
        shop = node.shop();
        TestHost.execute(shop, "CREATE TABLE step (n int)");
        backUp("rds_backup_database", "full.bak", Map.of());
        add(1);
        backUp("rds_backup_database", "one.dif", Map.of("type", "DIFFERENTIAL"));
        add(2);
        backUp("rds_backup_log", "one.trn", Map.of());
        add(3);
        backUp("rds_backup_log", "two.trn", Map.of());
        backUp("rds_backup_database", "other.bak", Map.of());
        add(4);
        backUp("rds_backup_database", "other.dif", Map.of("type", "DIFFERENTIAL"));
        backUp("rds_backup_log", "three.trn", Map.of());
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    void add(int step) throws SQLException {
        TestHost.execute(
                shop,
                "INSERT INTO step VALUES (" + step + ")",
                "UPDATE customers SET note = note || '.' WHERE id % 7 = 0");
    }

    void backUp(String procedure, String key, Map<String, ?> more) throws IOException {
        node.awaitSuccess(
                node.submit(procedure, with(more, "source_db_name", "shop", "s3_arn_to_backup_to", arn(key))));
    }

    static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    static Map<String, Object> with(Map<String, ?> more, String name, Object value, String other, Object otherValue) {
        Map<String, Object> call = new HashMap<>(more);
        call.put(name, value);
        call.put(other, otherValue);
        return call;
    }

    Answer call(String procedure, String database, String key, Map<String, ?> more) {
        return node.procedure(procedure, with(more, "restore_db_name", database, "s3_arn_to_restore_from", arn(key)));
    }

    Answer restore(String database, String key, Map<String, ?> more) {
        return call("rds_restore_database", database, key, more);
    }

    Answer restoreLog(String database, String key, Map<String, ?> more) {
        return call("rds_restore_log", database, key, more);
    }

    JsonNode done(Answer answer) throws IOException {
        return node.awaitSuccess(task(answer));
    }

    static long task(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body().required("rows").get(0).required("task_id").asLong();
    }

    static void refused(Answer answer, int message) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(409);
        assertThat(answer.body().path("message_number").asInt())
                .as(answer.toString())
                .isEqualTo(message);
        assertThat(answer.body().path("hint").asText()).isNotBlank();
    }

    JsonNode database(String name) {
        return node.get("/instances/sandbox/databases/" + name).body();
    }

    List<String> steps(String database) throws SQLException {
        return TestHost.column(node.database(database), "SELECT n FROM step ORDER BY n");
    }
}
