package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is known only by its JDBC address and a role that is no superuser with exactly the grants of docs/postgresql.md. */
final class DeclaredSourceIT {

    @Test
    void knownServerIsBackedUpByAPlainRoleAndRestoredToAManagedInstance(@TempDir Path data) throws Exception {
        ServerConnection shop;
        try (RunningNode node = RunningNode.start(data)) {
            shop = node.shop();
            grant(shop);
            fillTablespace(shop, data);
        }
        Path config = Files.writeString(data.resolve("node.conf"), """
                bakstripe.instances {
                  revision = 2
                  declared = [
                    { name = "known", databases = [
                      { name = "Lager", jdbc-url = "%s", user = "bk", password = "secret-of-bk" },
                      { name = "locked", jdbc-url = "%s", user = "bk", password = "wrong" } ] }
                  ]
                }
                """.formatted(shop.jdbcUrl(), shop.jdbcUrl()));

        try (RunningNode node = RunningNode.start(data, "--config", config.toString())) {
            node.on("known")
                    .awaitSuccess(node.submit(
                            "rds_backup_database",
                            Map.of(
                                    "source_db_name",
                                    "LAGER",
                                    "s3_arn_to_backup_to",
                                    arn("known*.bak"),
                                    "number_of_files",
                                    3)));
            node.on("sandbox")
                    .awaitSuccess(node.submit(
                            "rds_restore_database",
                            Map.of("restore_db_name", "from_known", "s3_arn_to_restore_from", arn("known*.bak"))));

            RowComparison.requireEqualTables(shop, node.database("from_known"));
            assertThat(location(shop)).endsWith("täble \"space\"");
            assertThat(location(node.database("from_known")))
                    .startsWith(data.resolve("databases").toString());
            assertThat(node.log()).doesNotContain("secret-of-bk");

            JsonNode lager =
                    node.get("/instances/known/databases/lager/readiness").body();
            assertThat(lager.path("ready").asBoolean())
                    .as(lager.toPrettyString())
                    .isTrue();
            JsonNode locked =
                    node.get("/instances/known/databases/locked/readiness").body();
            assertThat(locked.path("ready").asBoolean(true)).isFalse();
            assertThat(locked.at("/findings/0/code").asText()).isEqualTo("BAK-4003");
            assertThat(node.get("/instances/known/databases/other/readiness").status())
                    .isEqualTo(404);

            assertThat(node.procedure(
                                    "rds_backup_database?instance=known",
                                    Map.of("source_db_name", "locked", "s3_arn_to_backup_to", arn("locked.bak")))
                            .code())
                    .isEqualTo("BAK-4003");
            assertThat(node.procedure(
                                    "rds_restore_database?instance=known",
                                    Map.of("restore_db_name", "x", "s3_arn_to_restore_from", arn("known*.bak")))
                            .code())
                    .isEqualTo("BAK-2106");
            assertThat(node.on("").procedure("rds_task_status", Map.of()).code())
                    .isEqualTo("BAK-1020");
        }
    }

    @Test
    void nodeWithALowerRevisionOfTheInstancesRefusesToStart(@TempDir Path data) throws Exception {
        RunningNode.start(data, "--config", revision(data, 5).toString()).close();

        Process late = new ProcessBuilder(Home.find()
                        .nodeCommand(
                                "512m",
                                List.of(
                                        "server",
                                        "--sandbox",
                                        "--data",
                                        data.toString(),
                                        "--config",
                                        revision(data, 4).toString())))
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("late.log").toFile())
                .start();

        assertThat(late.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(data.resolve("late.log")))
                .contains("error: a higher revision of bakstripe.instances holds in this cluster: 5 for instance"
                        + " 'sandbox', but 4 is that of this node's configuration")
                .contains("hint: ")
                .doesNotContain("\tat ");
        assertThat(late.exitValue()).isEqualTo(1);
    }

    private static Path revision(Path data, int number) throws IOException {
        return Files.writeString(
                data.resolve("revision-" + number + ".conf"), "bakstripe.instances.revision = " + number);
    }

    private static void grant(ServerConnection shop) throws Exception {
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE bk LOGIN REPLICATION PASSWORD 'secret-of-bk'");
            statement.execute("GRANT pg_monitor TO bk");
            statement.execute("GRANT EXECUTE ON FUNCTION pg_ls_dir(text, bool, bool), pg_stat_file(text, bool),"
                    + " pg_read_binary_file(text, bigint, bigint, bool), pg_backup_start(text, bool), pg_backup_stop(bool)"
                    + " TO bk");
        }
    }

    private static void fillTablespace(ServerConnection shop, Path data) throws Exception {
        Path place = Files.createDirectory(data.resolve("täble \"space\""));
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLESPACE \"Räume\" LOCATION '" + place + "'");
            statement.execute("CREATE TABLE spaced (id int PRIMARY KEY, note text) TABLESPACE \"Räume\"");
            statement.execute("INSERT INTO spaced SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 20000) i");
        }
    }

    private static String location(ServerConnection server) throws Exception {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'Räume'")) {
            return row.next() ? row.getString(1) : "";
        }
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
