package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store or database that is dead at the call: 502 and no task. One that dies later: ERROR with its text. */
final class DeadPartnerIT {

    @Test
    void deadStoreAtTheCallIsRefusedWithoutATask(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            killStore(node);

            Answer answer = node.procedure("rds_backup_database", backup());

            assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
            assertThat(answer.code()).isEqualTo("BAK-5001");
            assertThat(node.tasks()).isZero();
        }
    }

    @Test
    void deadDatabaseAtTheCallIsRefusedWithoutATask(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            killDatabase(data);

            Answer answer = node.procedure("rds_backup_database", backup());

            assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
            assertThat(answer.code()).isEqualTo("BAK-5002");
            assertThat(node.tasks()).isZero();
            assertThat(node.keys()).isEmpty();
            assertThat(node.uploads()).isEmpty();
        }
    }

    @Test
    void databaseThatDiesLaterEndsTheTaskInErrorWithItsText(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            long task = node.submit("rds_backup_database", backup());
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> node.row(task).required("lifecycle").asText().equals("IN_PROGRESS"));
            killDatabase(data);

            JsonNode row = node.awaitEnd(task);

            assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
            assertThat(row.required("task_info").asText()).contains("shop", "BAK-");
            assertThat(node.keys()).isEmpty();
            assertThat(node.uploads()).isEmpty();
        }
    }

    @Test
    void storeThatDiesLaterEndsTheTaskInErrorWithItsText(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            long task = node.submit("rds_backup_database", backup());
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> node.row(task).required("lifecycle").asText().equals("IN_PROGRESS"));
            killStore(node);

            JsonNode row = node.awaitEnd(task);

            assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
            assertThat(row.required("task_info").asText()).contains("the object store does not answer");
        }
    }

    private static Map<String, Object> backup() {
        return Map.of(
                "source_db_name",
                "shop",
                "s3_arn_to_backup_to",
                "arn:aws:s3:::" + RunningNode.BUCKET + "/dead*.bak",
                "number_of_files",
                4);
    }

    private static void killStore(RunningNode node) {
        List<ProcessHandle> children = ProcessHandle.of(node.pid())
                .orElseThrow()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("SandboxMain"))
                .toList();
        assertThat(children).hasSize(1);
        children.get(0).destroyForcibly();
        children.get(0).onExit().join();
    }

    private static void killDatabase(Path data) throws Exception {
        try (var files = Files.walk(data.resolve("databases"))) {
            Path pidFile = files.filter(file -> file.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElseThrow();
            long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            postmaster.destroyForcibly();
            await().atMost(Duration.ofSeconds(20)).until(() -> !postmaster.isAlive());
        }
    }
}
