package io.bakstripe.node.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Wrong steps, damaged files and mixed histories through a real node: each is refused with its message, and the sequence goes on behind it. */
final class SequenceIT extends AlongAChain {
    @Test
    void everyWrongStepIsRefusedAndTheRightOneTaken() throws Exception {
        refused(restoreLog("wrong", "one.trn", Map.of()), 3118);
        refused(restore("wrong", "one.trn", NORECOVERY), 3135);
        refused(restore("wrong", "one.dif", NORECOVERY), 3118);
        done(restore("wrong", "full.bak", NORECOVERY));

        assertThat(database("wrong").path("state").asText()).isEqualTo("RESTORING");
        refused(restoreLog("wrong", "one.dif", Map.of()), 3135);
        refused(restore("wrong", "one.trn", DIFFERENTIAL), 3135);
        refused(restore("wrong", "full.bak", DIFFERENTIAL), 3135);
        refused(restore("wrong", "other.dif", DIFFERENTIAL), 3136);
        refused(restoreLog("wrong", "two.trn", Map.of()), 4305);
        assertThat(restore("wrong", "full.bak", NORECOVERY).code()).isEqualTo("BAK-2102");
        assertThat(node.procedure(
                                "rds_backup_database",
                                with(Map.of(), "source_db_name", "wrong", "s3_arn_to_backup_to", arn("x")))
                        .code())
                .isEqualTo("BAK-2103");
        done(restoreLog("wrong", "one.trn", Map.of()));
        refused(restoreLog("wrong", "one.trn", Map.of()), 4326);
        refused(restore("wrong", "one.dif", DIFFERENTIAL), 3120);
        refused(restoreLog("wrong", "two.trn", Map.of("stopat", "2020-01-01")), 4338);
        done(restoreLog("wrong", "two.trn", Map.of("with_norecovery", 0)));

        assertThat(steps("wrong")).containsExactly("1", "2", "3");
        refused(restoreLog("wrong", "three.trn", Map.of()), 3117);
        refused(restore("wrong", "one.dif", DIFFERENTIAL), 3117);
        refused(node.procedure("rds_finish_restore", Map.of("db_name", "wrong")), 3153);
        // Nobody has asked for its log to be kept, and it is another history now.
        refused(
                node.procedure(
                        "rds_backup_log", with(Map.of(), "source_db_name", "wrong", "s3_arn_to_backup_to", arn("x"))),
                4208);
        refused(
                node.procedure(
                        "rds_backup_database",
                        with(
                                Map.of("type", "DIFFERENTIAL"),
                                "source_db_name",
                                "wrong",
                                "s3_arn_to_backup_to",
                                arn("x"))),
                3035);
    }

    @Test
    void logsGoOnOverAnotherFullBackup() throws Exception {
        done(restore("over", "full.bak", NORECOVERY));
        done(restore("over", "one.dif", DIFFERENTIAL));
        for (String log : List.of("one.trn", "two.trn", "three.trn")) {
            done(restoreLog("over", log, Map.of()));
        }
        done(node.procedure("rds_finish_restore", Map.of("db_name", "over")));

        assertThat(steps("over")).containsExactly("1", "2", "3", "4");
    }

    @Test
    void callsOfAWholeSequenceMayWaitForOneAnother() throws Exception {
        List<Long> tasks = List.of(
                task(restore("queued", "full.bak", NORECOVERY)),
                task(restore("queued", "one.dif", DIFFERENTIAL)),
                task(restoreLog("queued", "one.trn", Map.of())));
        refused(restoreLog("queued", "three.trn", Map.of()), 4305);
        assertThat(node.procedure("rds_finish_restore", Map.of("db_name", "queued"))
                        .code())
                .isEqualTo("BAK-2112");
        assertThat(node.procedure("rds_drop_database", Map.of("db_name", "queued"))
                        .code())
                .isEqualTo("BAK-2112");
        long last = task(restoreLog("queued", "two.trn", Map.of("with_norecovery", 0)));
        assertThat(restoreLog("queued", "three.trn", Map.of()).code()).isEqualTo("BAK-2104");
        for (long task : tasks) {
            node.awaitSuccess(task);
        }
        node.awaitSuccess(last);

        assertThat(steps("queued")).containsExactly("1", "2", "3");
    }

    @Test
    void stepsBehindARestoreThatFailsEndWithIt() throws Exception {
        byte[] good = node.object("full.bak");
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        node.put("bad.bak", bad);
        long full = task(restore("failed", "bad.bak", NORECOVERY));
        Answer differential = restore("failed", "one.dif", DIFFERENTIAL);

        JsonNode ended = node.awaitEnd(full);
        assertThat(ended.required("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(ended.required("task_info").asText()).contains("Damage to the backup set was detected", "3189");
        if (differential.status() == 200) {
            JsonNode behind = node.awaitEnd(task(differential));
            assertThat(behind.required("lifecycle").asText()).isEqualTo("ERROR");
            assertThat(behind.required("task_info").asText()).contains("restore task " + full);
        } else {
            // The restore had failed before the call was looked at.
            refused(differential, 3118);
        }
        assertThat(node.get("/instances/sandbox/databases/failed").status()).isEqualTo(404);
        assertThat(data.resolve("databases/sandbox/failed/pgdata")).doesNotExist();
    }

    @Test
    void aCorruptDifferentialIsNamedAndTheSameSetMendsIt() throws Exception {
        byte[] good = node.object("one.dif");
        byte[] bad = good.clone();
        // Behind the header and before the trailer, in the changed pages.
        bad[2_000] ^= 1;
        node.put("corrupt.dif", bad);
        done(restore("mended", "full.bak", NORECOVERY));

        JsonNode ended = node.awaitEnd(task(restore("mended", "corrupt.dif", DIFFERENTIAL)));
        assertThat(ended.required("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(ended.required("task_info").asText()).contains("corrupt.dif");
        assertThat(database("mended").path("state").asText()).isEqualTo("RESTORING");
        if (database("mended").path("position").hasNonNull("interrupted")) {
            refused(restoreLog("mended", "one.trn", Map.of()), 4319);
            refused(node.procedure("rds_finish_restore", Map.of("db_name", "mended")), 4319);
        }
        node.put("corrupt.dif", good);
        done(restore("mended", "corrupt.dif", DIFFERENTIAL));
        done(restoreLog("mended", "one.trn", Map.of("with_norecovery", 0)));

        assertThat(steps("mended")).containsExactly("1", "2");
    }

    @Test
    void aQuietDatabaseIsRestoredToAMomentBetweenTwoBackups() throws Exception {
        // Nothing was committed between the first log and this moment, only backups' own fences.
        backUp("rds_backup_log", "quiet-1.trn", Map.of());
        String moment = TestHost.column(
                        shop, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
                .get(0);
        backUp("rds_backup_log", "quiet-2.trn", Map.of());
        done(restore("quiet", "other.bak", NORECOVERY));
        done(restoreLog("quiet", "three.trn", Map.of()));

        JsonNode early = done(restoreLog("quiet", "quiet-1.trn", Map.of("stopat", moment, "with_norecovery", 0)));
        assertThat(early.required("task_info").asText())
                .contains(
                        "This backup set contains records that were logged before the designated point in time.",
                        "4322");
        assertThat(database("quiet").path("state").asText()).isEqualTo("RESTORING");
        done(restoreLog("quiet", "quiet-2.trn", Map.of("stopat", moment, "with_norecovery", 0)));

        assertThat(steps("quiet")).containsExactly("1", "2", "3", "4");
    }

    @Test
    void aMomentThatTheDatabaseHasPassedIsRefused() throws Exception {
        String moment = TestHost.column(
                        shop, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
                .get(0);
        backUp("rds_backup_database", "later.bak", Map.of());
        TestHost.execute(shop, "CREATE TABLE passed AS SELECT 1 AS one");
        backUp("rds_backup_log", "later.trn", Map.of());
        done(restore("passed", "later.bak", NORECOVERY));

        refused(restoreLog("passed", "later.trn", Map.of("stopat", moment)), 4335);
        done(restoreLog("passed", "later.trn", Map.of("with_norecovery", 0)));
        assertThat(TestHost.column(node.database("passed"), "SELECT one FROM passed"))
                .containsExactly("1");
    }

    @Test
    void twoUsersWhoRaceForOneDatabaseGetOneAnswerEachAndOneDatabase() throws Exception {
        List<CompletableFuture<Answer>> fulls = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
            fulls.add(CompletableFuture.supplyAsync(() -> restore("raced", "full.bak", NORECOVERY)));
        }
        List<Answer> answers = fulls.stream().map(CompletableFuture::join).toList();
        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() != 200))
                .allSatisfy(answer -> assertThat(answer.code()).isEqualTo("BAK-2102"));
        done(answers.stream()
                .filter(answer -> answer.status() == 200)
                .findFirst()
                .orElseThrow());

        List<CompletableFuture<Answer>> logs = new ArrayList<>();
        for (int user = 0; user < 3; user++) {
            logs.add(CompletableFuture.supplyAsync(() -> restoreLog("raced", "one.trn", Map.of())));
        }
        List<Answer> taken = logs.stream().map(CompletableFuture::join).toList();
        assertThat(taken.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        taken.stream().filter(answer -> answer.status() != 200).forEach(answer -> refused(answer, 4326));
        done(taken.stream().filter(answer -> answer.status() == 200).findFirst().orElseThrow());
        done(restoreLog("raced", "two.trn", Map.of("with_norecovery", 0)));
        assertThat(steps("raced")).containsExactly("1", "2", "3");
    }

    @Test
    void nothingOverwritesWhatItBuildsOn() {
        for (String key : List.of("other.bak", "one.trn")) {
            Answer log = node.procedure(
                    "rds_backup_log",
                    with(
                            Map.of("overwrite_s3_backup_file", 1),
                            "source_db_name",
                            "shop",
                            "s3_arn_to_backup_to",
                            arn(key)));
            assertThat(log.code()).as(log.toString()).isEqualTo("BAK-2154");
        }
        Answer differential = node.procedure(
                "rds_backup_database",
                with(
                        Map.of("overwrite_s3_backup_file", 1, "type", "DIFFERENTIAL"),
                        "source_db_name",
                        "shop",
                        "s3_arn_to_backup_to",
                        arn("other.bak")));
        assertThat(differential.status()).isEqualTo(409);
    }

    @Test
    void aDatabaseThatIsRestoringCanBeReadDroppedAndMadeAgain() throws Exception {
        done(restore("read", "full.bak", NORECOVERY));
        done(restoreLog("read", "one.trn", Map.of("with_standby", 1)));
        JsonNode standing = database("read");
        assertThat(standing.path("state").asText()).isEqualTo("RESTORING");
        ServerConnection look = new ServerConnection(
                standing.at("/connection/host").asText(),
                standing.at("/connection/port").asInt(),
                shop.user(),
                shop.password(),
                shop.dbname(),
                standing.at("/connection/jdbcUrl").asText());
        assertThat(TestHost.column(look, "SELECT n FROM step ORDER BY n")).containsExactly("1", "2");
        assertThat(TestHost.column(look, "SELECT pg_is_in_recovery()")).containsExactly("t");
        done(restoreLog("read", "two.trn", Map.of()));
        assertThat(database("read").hasNonNull("connection")).isFalse();

        Answer dropped = node.procedure("rds_drop_database", Map.of("db_name", "read"));

        assertThat(dropped.status()).as(dropped.toString()).isEqualTo(200);
        assertThat(node.get("/instances/sandbox/databases/read").status()).isEqualTo(404);
        assertThat(data.resolve("databases/sandbox/read/pgdata")).doesNotExist();
        done(restore("read", "full.bak", Map.of()));
        assertThat(steps("read")).isEmpty();
    }

    @Test
    void theHistoryTellsOfEverySet() {
        List<String> types = new ArrayList<>();
        JsonNode sets =
                node.get("/instances/sandbox/databases/shop/backup-sets").body().required("backupSets");
        sets.forEach(set -> types.add(set.required("type").asText()));
        assertThat(types).endsWith("LOG", "LOG", "DIFFERENTIAL", "FULL");
        assertThat(types).contains("FULL", "DIFFERENTIAL", "LOG");
        Answer last =
                node.sql("select top 1 database_name, backup_start_date, backup_finish_date from msdb.dbo.backupset"
                        + " where database_name='shop' and type = 'D' order by backup_start_date desc;");
        assertThat(last.body().at("/results/0/rows/0/database_name").asText())
                .as(last.toString())
                .isEqualTo("shop");
        Lsn from = Lsn.parse(sets.get(sets.size() - 1).required("firstLsn").asText());
        assertThat(from.value()).isPositive();
    }

    @Test
    void logsOfTwoCopiesOfOneServerAreNotMixed() throws Exception {
        done(restore("copy_a", "full.bak", Map.of()));
        done(restore("copy_b", "full.bak", Map.of()));
        Path config =
                Files.writeString(data.resolve("copies.conf"), """
                bakstripe.instances {
                  revision = 2
                  declared = [ { name = "copies", databases = [ %s, %s ] } ]
                }
                """.formatted(declared("copy_a"), declared("copy_b")));
        node.close();
        node = RunningNode.start(data, "--config", config.toString());
        for (String copy : List.of("copy_a", "copy_b")) {
            node.on("copies");
            back(copy, "rds_backup_database", copy + ".bak");
            TestHost.execute(connection(copy), "INSERT INTO step VALUES (" + (copy.equals("copy_a") ? 10 : 20) + ")");
            back(copy, "rds_backup_log", copy + ".trn");
        }
        node.on("sandbox");
        done(restore("mixed", "copy_a.bak", NORECOVERY));

        refused(restoreLog("mixed", "copy_b.trn", Map.of()), 4330);
        done(restoreLog("mixed", "copy_a.trn", Map.of("with_norecovery", 0)));
        assertThat(steps("mixed")).containsExactly("10");
    }

    private ServerConnection connection(String name) {
        node.on("sandbox");
        return node.database(name);
    }

    private String declared(String name) {
        ServerConnection copy = node.database(name);
        return "{ name = \"%s\", jdbc-url = \"%s\", user = \"%s\", password = \"%s\", recovery-model = \"full\" }"
                .formatted(name, copy.jdbcUrl(), copy.user(), copy.password());
    }

    private void back(String database, String procedure, String key) {
        node.on("copies");
        long task = node.submit(procedure, with(Map.of(), "source_db_name", database, "s3_arn_to_backup_to", arn(key)));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> node.row(task).required("lifecycle").asText(), "SUCCESS"::equals);
    }
}
