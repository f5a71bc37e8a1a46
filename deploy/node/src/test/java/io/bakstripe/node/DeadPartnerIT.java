package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.protocol.instance.ServerConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store or database that is dead at the call: 502 and no task. One that dies later: ERROR with its text.
 *
 * <p>The database is the sandbox's server, declared a second time by its address alone: a managed server that died would be started again.
 */
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
    void storeThatDiesLaterEndsTheTaskInErrorWithItsText(@TempDir Path data) throws Exception {
        try (RunningNode node = RunningNode.start(data)) {
            long task = node.submit("rds_backup_database", backup());
            awaitStart(node, task);
            killStore(node);

            JsonNode row = node.awaitEnd(task);

            assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
            assertThat(row.required("task_info").asText()).contains("the object store does not answer");
        }
    }

    @Test
    void deadDatabaseAtTheCallIsRefusedWithoutATask(@TempDir Path data) throws Exception {
        try (RunningNode node = startWithKnownServer(data)) {
            killDatabase(data);

            Answer answer = node.procedure("rds_backup_database?instance=known", backup());

            assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
            assertThat(answer.code()).isEqualTo("BAK-5002");
            assertThat(node.procedure("rds_task_status?instance=known", Map.of())
                            .body()
                            .required("rows"))
                    .isEmpty();
            assertThat(node.keys()).isEmpty();
            assertThat(node.uploads()).isEmpty();
        }
    }

    @Test
    void databaseThatDiesLaterEndsTheTaskInErrorWithItsText(@TempDir Path data) throws Exception {
        try (RunningNode node = startWithKnownServer(data)) {
            long task = node.submit("rds_backup_database?instance=known", backup());
            awaitStart(node, task);
            killDatabase(data);

            JsonNode row = node.awaitEnd(task);

            assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
            assertThat(row.required("task_info").asText()).contains("database 'shop'", "BAK-");
            assertThat(node.keys()).isEmpty();
            assertThat(node.uploads()).isEmpty();
        }
    }

    private static RunningNode startWithKnownServer(Path data) throws Exception {
        ServerConnection shop;
        try (RunningNode node = RunningNode.start(data)) {
            shop = node.shop();
        }
        Path config = Files.writeString(
                data.resolve("node.conf"), """
                bakstripe.instances {
                  revision = 2
                  declared = [
                    { name = "known", databases = [
                      { name = "shop", jdbc-url = "%s", user = "%s", password = "%s" } ] }
                  ]
                }
                """.formatted(shop.jdbcUrl(), shop.user(), shop.password()));
        return RunningNode.start(data, "--config", config.toString()).on("known");
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

    private static void awaitStart(RunningNode node, long task) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> node.row(task).required("lifecycle").asText().equals("IN_PROGRESS"));
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
        try (Stream<Path> files = Files.walk(data.resolve("databases"))) {
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
