package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.protocol.instance.ServerConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances with windows, without the option, and of Multi-AZ, through a node: what they refuse is refused at the call, or cancelled. */
final class InstanceRulesIT {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("EEE:HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    @Test
    void nodeKeepsToWhatItsInstancesAllow(@TempDir Path data) throws Exception {
        ServerConnection shop;
        try (RunningNode node = RunningNode.start(data)) {
            shop = node.shop();
            node.awaitSuccess(node.submit("rds_backup_database", backup("full.bak")));
        }
        Path config = Files.writeString(data.resolve("node.conf"), declarations(shop));

        try (RunningNode node = RunningNode.start(data, "--config", config.toString())) {
            withoutTheOption(node.on("closed"));
            inTheWindows(node);
            node.on("plain").awaitSuccess(node.on("plain").submit("rds_backup_database", backup("simple.bak")));
            multiAz(node.on("twin"));
            assertThat(node.on("plain")
                            .sql("begin tran; exec rds_backup_database 'shop', '" + arn("in.bak") + "'; commit")
                            .code())
                    .isEqualTo("BAK-2166");
            assertThat(node.keys()).containsExactlyInAnyOrder("full.bak", "simple.bak");
            assertThat(node.uploads()).isEmpty();
        }
    }

    private static void withoutTheOption(RunningNode node) {
        RunningNode.Answer answer = node.procedure("rds_backup_database", backup("closed.bak"));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body().path("detail").asText())
                .isEqualTo("Database backup/restore option is not enabled yet or is in the process of being enabled."
                        + " Please try again later.");
        assertThat(node.tasks()).isZero();
    }

    private static void inTheWindows(RunningNode node) {
        RunningNode maintained = node.on("maintained");
        assertThat(maintained
                        .procedure("rds_backup_database", backup("maintained.bak"))
                        .code())
                .isEqualTo("BAK-2162");
        assertThat(maintained.tasks()).isZero();

        RunningNode windowed = node.on("windowed");
        JsonNode row = windowed.awaitEnd(windowed.submit("rds_backup_database", backup("windowed.bak")));
        assertThat(row.path("lifecycle").asText()).isEqualTo("CANCELLED");
        assertThat(row.path("task_info").asText())
                .contains(
                        "Aborted the task because of a task failure or an overlap with your preferred backup window for"
                                + " RDS automated backup.");
        assertThat(windowed.get("/instances/windowed")
                        .body()
                        .at("/windows/backup")
                        .asText())
                .matches("\\d\\d:\\d\\d-\\d\\d:\\d\\d");
    }

    private static void multiAz(RunningNode node) throws Exception {
        assertThat(node.procedure(
                                "rds_restore_database",
                                Map.of(
                                        "restore_db_name",
                                        "copy",
                                        "s3_arn_to_restore_from",
                                        arn("full.bak"),
                                        "with_norecovery",
                                        1))
                        .code())
                .isEqualTo("BAK-2164");
        assertThat(node.procedure("rds_restore_database", restore("simple.bak")).code())
                .isEqualTo("BAK-2165");
        assertThat(node.tasks()).isZero();
        node.awaitSuccess(node.submit("rds_restore_database", restore("full.bak")));
    }

    private static String declarations(ServerConnection shop) {
        Instant now = Instant.now();
        Instant from = now.minus(Duration.ofMinutes(10));
        Instant to = now.plus(Duration.ofHours(1));
        String databases =
                "databases = [ { name = shop, jdbc-url = \"%s\", user = \"%s\", password = \"%s\", recovery-model = simple } ]"
                        .formatted(shop.jdbcUrl(), shop.user(), shop.password());
        return """
                bakstripe.instances {
                  revision = 2
                  declared = [
                    { name = plain, %1$s }
                    { name = closed, option = none, %1$s }
                    { name = windowed, backup-window = "%2$s-%3$s", %1$s }
                    { name = maintained, maintenance-window = "%4$s-%5$s", %1$s }
                    { name = twin, multi-az = true, host = sandbox }
                  ]
                }
                """.formatted(
                databases, TIME.format(from), TIME.format(to), DAY_AND_TIME.format(from), DAY_AND_TIME.format(to));
    }

    private static Map<String, Object> backup(String key) {
        return Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(key));
    }

    private static Map<String, Object> restore(String key) {
        return Map.of("restore_db_name", "copy", "s3_arn_to_restore_from", arn(key));
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
