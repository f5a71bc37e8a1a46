package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.RunningNode;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.node.demo.RowComparison;
import io.bakstripe.node.demo.ShopWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups in the authenticated mode and their restores through real processes: an instance that declares it, with two keys each of which opens the files, and one that
 * takes no other files. What is killed in the middle goes on with the key that was recorded.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthenticatedJobIT {
    private static final String STRICT = "strict";
    private static final String KEY = "kms_master_key_arn";
    private static final String MODE = "encryption_mode";
    private static final Map<String, Object> ANY = Map.of();
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChaosEnvironment environment;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.start(
                folder,
                sandbox -> Map.of(
                        "bakstripe.instances.declared",
                        List.of(
                                NodeOverrides.instance(sandbox, false, Map.of("mode", "authenticated")),
                                Map.of(
                                        "name",
                                        STRICT,
                                        "host",
                                        NodeOverrides.INSTANCE,
                                        "encryption",
                                        Map.of("require-authenticated", true)))));
    }

    @AfterEach
    void calmDown() {
        environment.store().calm();
    }

    @AfterAll
    void stop() throws IOException {
        environment.close();
    }

    private RunningNode node() {
        return environment.node().on(NodeOverrides.INSTANCE);
    }

    private String first() {
        return environment.keys().key();
    }

    private String second() {
        return environment.keys().secondKey();
    }

    private Submitted asked(
            RunningNode node, String procedure, String database, String pattern, int files, Map<String, Object> call)
            throws IOException {
        Answer answer = node.procedure(procedure, call);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return environment.accepted(answer, "", database, pattern, files);
    }

    /** A backup of {@code shop} with the first key. */
    private Submitted backup(String pattern, int files, Map<String, Object> more) throws IOException {
        Map<String, Object> call = new HashMap<>(Submitted.backupCall(pattern, files, 0));
        call.put(KEY, first());
        call.putAll(more);
        return asked(node(), "rds_backup_database", "shop", pattern, files, call);
    }

    private Submitted backedUp(String pattern, int files, Map<String, Object> more) throws IOException {
        Submitted backup = backup(pattern, files, more);
        node().awaitSuccess(backup.id());
        return backup;
    }

    private Submitted log(String pattern) throws IOException {
        Submitted backup = asked(
                node(),
                "rds_backup_log",
                "shop",
                pattern,
                1,
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", Submitted.arn(pattern), KEY, first()));
        node().awaitSuccess(backup.id());
        return backup;
    }

    private static Map<String, Object> restoreCall(
            String database, String pattern, String key, Map<String, Object> more) {
        Map<String, Object> call = new HashMap<>(Submitted.restoreCall(database, pattern));
        call.put(KEY, key);
        call.putAll(more);
        return call;
    }

    private void restored(String procedure, String database, String pattern, String key, Map<String, Object> more)
            throws IOException {
        node().awaitSuccess(asked(node(), procedure, database, pattern, 1, restoreCall(database, pattern, key, more))
                .id());
    }

    private void requireRows(String database) throws Exception {
        RowComparison.requireEqualTables(environment.shop(), node().database(database));
        environment.stopServer(database);
    }

    private void execute(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        environment.shop().jdbcUrl(),
                        environment.shop().user(),
                        environment.shop().password());
                Statement on = connection.createStatement()) {
            on.execute(statement);
        }
    }

    private long asked(String request) {
        return environment.store().report().required("requests").path(request).asLong();
    }

    private String beginning(String key) {
        return new String(Arrays.copyOf(environment.witness().bytes(key), 8), StandardCharsets.US_ASCII);
    }

    @Test
    void aSequenceOfSetsInBothModesRestoresTheSameRowsWithEitherKey() throws Exception {
        Submitted full;
        Submitted differential;
        try (ShopWriter writer = ShopWriter.start(environment.shop())) {
            full = backedUp("a-full*.bak", 3, ANY);
            differential = backedUp("a-differential.bak", 1, Map.of("type", "DIFFERENTIAL", MODE, "encryption-only"));
        }
        Submitted log = log("a-log.bak");

        assertThat(environment.witness().keys())
                .containsAll(full.keyObjects())
                .containsAll(log.keyObjects())
                .doesNotContainAnyElementsOf(differential.keyObjects());
        assertThat(beginning("a-full1-of-3.bak")).isEqualTo("BAKSTRIP");
        assertThat(beginning("a-differential.bak")).isNotEqualTo("BAKSTRIP");

        // What ends with an asterisk matches the key objects, too.
        restored("rds_restore_database", "mixed", "a-full*", second(), Map.of("with_norecovery", 1));
        restored(
                "rds_restore_database",
                "mixed",
                "a-differential.bak",
                first(),
                Map.of("type", "DIFFERENTIAL", "with_norecovery", 1));
        restored("rds_restore_log", "mixed", "a-log.bak", second(), Map.of("with_norecovery", 0));
        requireRows("mixed");
        requireViews(full, differential);
    }

    private void requireViews(Submitted full, Submitted differential) {
        JsonNode sets = node().get("/instances/sandbox/databases/shop/backup-sets")
                .body()
                .required("backupSets");
        JsonNode authenticated = JSON.valueToTree(Map.of("mode", "authenticated", "keys", List.of(first(), second())));
        JsonNode encryptionOnly = JSON.valueToTree(Map.of("mode", "encryption-only", "keys", List.of(first())));
        assertThat(List.of(
                        sets.get(0).required("encryption"),
                        sets.get(1).required("encryption"),
                        sets.get(2).required("encryption")))
                .as("log, differential and full backup")
                .containsExactly(authenticated, encryptionOnly, authenticated);
        assertThat(node().task(full.id()).required("encryption")).isEqualTo(authenticated);
        assertThat(node().task(differential.id()).required("encryption")).isEqualTo(encryptionOnly);
        JsonNode declared = node().get("/instances/sandbox").body().required("encryption");
        assertThat(declared.required("mode").asText()).isEqualTo("authenticated");
        assertThat(declared.required("additionalKeys").get(0).asText()).isEqualTo(second());
        assertThat(declared.required("requireAuthenticated").asBoolean()).isFalse();
        assertThat(node().get("/instances/" + STRICT)
                        .body()
                        .required("encryption")
                        .required("requireAuthenticated")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void anInstanceThatRequiresItTakesAuthenticatedFilesOnly() throws Exception {
        backedUp("r-authenticated*.bak", 2, ANY);
        backedUp("r-only.bak", 1, Map.of(MODE, "encryption-only"));
        node().awaitSuccess(asked(
                        node(),
                        "rds_backup_database",
                        "shop",
                        "r-plain.bak",
                        1,
                        Submitted.backupCall("r-plain.bak", 1, 0))
                .id());
        RunningNode strict = environment.node().on(STRICT);

        Answer only = strict.procedure("rds_restore_database", restoreCall("r_only", "r-only.bak", first(), ANY));
        Answer plain = strict.procedure("rds_restore_database", Submitted.restoreCall("r_plain", "r-plain.bak"));
        strict.awaitSuccess(strict.submit(
                "rds_restore_database", restoreCall("r_authenticated", "r-authenticated*.bak", second(), ANY)));

        assertThat(List.of(only.code(), plain.code())).containsOnly("BAK-6120");
        assertThat(only.body().required("detail").asText()).contains("r-only.bak");
        assertThat(plain.body().required("detail").asText()).contains("r-plain.bak");
        JsonNode restored = strict.get("/instances/" + STRICT + "/databases/r_authenticated")
                .body()
                .required("connection");
        RowComparison.requireEqualTables(environment.shop(), RunningNode.connection(restored));
    }

    @Test
    void aFileIsReplacedByOneOfAnotherDataKeyAndByAPlainOne() throws Exception {
        backedUp("o.bak", 1, ANY);
        execute("CREATE TABLE later AS SELECT i FROM generate_series(1, 1000) i");

        backedUp("o.bak", 1, Map.of("overwrite_s3_backup_file", 1));

        assertThat(JSON.readTree(environment.witness().bytes("o.bak.keys")).required("files"))
                .hasSize(2);
        restored("rds_restore_database", "replaced", "o.bak", first(), ANY);
        requireRows("replaced");

        node().awaitSuccess(
                        asked(node(), "rds_backup_database", "shop", "o.bak", 1, Submitted.backupCall("o.bak", 1, 1))
                                .id());
        node().awaitSuccess(asked(
                        node(),
                        "rds_restore_database",
                        "replaced_again",
                        "o.bak",
                        1,
                        Submitted.restoreCall("replaced_again", "o.bak"))
                .id());
        requireRows("replaced_again");
    }

    @Test
    void aBackupThatIsKilledInTheMiddleOfItsDataIsWholeAfterwards() throws Exception {
        environment.store().rules("{\"on\": [\"UploadPart\"], \"fault\": \"freeze\"}");
        Submitted backup = backup("killed*.bak", 2, ANY);
        awaitStrikes(2);

        requireWholeAfterAKill(backup, "after_killed");
    }

    /** The engine is done then, and the attempt goes on: the last parts are sealed with the data keys of the first ones. */
    @Test
    void aBackupThatIsKilledBehindItsDataGoesOnWithTheRecordedKeys() throws Exception {
        environment.store().rules("{\"on\": [\"ListParts\"], \"fault\": \"freeze\"}");
        Submitted backup = backup("resumed*.bak", 2, ANY);
        awaitStrikes(2);
        environment.store().rules("{\"on\": [\"UploadPart\"], \"fault\": \"freeze\"}");
        awaitStrikes(1);

        requireWholeAfterAKill(backup, "after_resumed");

        assertThat(node().task(backup.id()).required("attempt").asInt()).isEqualTo(1);
    }

    private void awaitStrikes(int strikes) {
        await("requests that are held")
                .atMost(Duration.ofSeconds(90))
                .until(() -> environment.store().strikes() >= strikes);
    }

    private void requireWholeAfterAKill(Submitted backup, String database) throws Exception {
        environment.kill();
        environment.store().rules("");
        environment.restart();

        node().awaitSuccess(backup.id());
        boolean newKeys = asked("GenerateDataKey") > 0;
        assertThat(newKeys)
                .as("data keys are made for another attempt only")
                .isEqualTo(node().task(backup.id()).required("attempt").asInt() > 1);
        assertThat(environment.witness().keys()).containsAll(backup.keys()).containsAll(backup.keyObjects());
        assertThat(environment.witness().uploads()).noneMatch(upload -> upload.parts() > 0);
        restored("rds_restore_database", database, backup.pattern(), second(), ANY);
        requireRows(database);
    }

    @Test
    void aRestoreThatIsKilledInTheMiddleGoesOn() throws Exception {
        Submitted set = backedUp("to-restore*.bak", 2, ANY);
        environment.store().rules("");
        restored("rds_restore_database", "undisturbed", set.pattern(), first(), ANY);
        environment.stopServer("undisturbed");
        long reads = asked("GetObject");
        environment
                .store()
                .rules("{\"on\": [\"GetObject\"], \"after\": %d, \"fault\": \"freeze\"}".formatted(reads - 2));
        Submitted restore = asked(
                node(),
                "rds_restore_database",
                "interrupted",
                set.pattern(),
                1,
                restoreCall("interrupted", set.pattern(), second(), ANY));
        awaitStrikes(1);

        environment.kill();
        environment.store().calm();
        environment.restart();

        node().awaitSuccess(restore.id());
        requireRows("interrupted");
    }
}
