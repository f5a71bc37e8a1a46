package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Backups and restores with exactly the permissions that the documentation asks for, and without each of them: as a role that the instance's option names,
 * whose keys last a few seconds. The node's own keys are for the token service alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PolicyIT {
    private static final int FILES = 2;
    private static final int KEY_SECONDS = 5;

    /** A task whose requests take so long each outlives several keys, and some of its requests arrive after theirs have expired. */
    private static final String SLOW_BACKUP =
            "{\"fault\": \"delay\", \"delayMillis\": 1500, \"on\": [\"CreateMultipartUpload\", \"UploadPart\", \"ListParts\"]}";

    private static final String SLOW_RESTORE = "{\"fault\": \"delay\", \"delayMillis\": 1500, \"on\": [\"GetObject\"]}";

    private ChaosEnvironment environment;
    private TaskWatch watch;
    private int cases;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.startAsRole(folder, KEY_SECONDS);
        watch = TaskWatch.start(environment);
    }

    @AfterAll
    void stop() throws IOException {
        watch.close();
        environment.close();
    }

    @AfterEach
    void allow() {
        assertThat(environment.store().report().required("lastingKeys").asLong())
                .as("requests to the store that the role did not sign")
                .isZero();
        environment.store().calm();
    }

    @Test
    void theDocumentedPermissionsAreEnough() throws Exception {
        environment.store().script("{\"policy\": \"documented\"}");
        Submitted backup = environment.backup("documented*.bak", FILES);
        environment.node().awaitSuccess(backup.id());
        Submitted again = environment.overwrite("documented*.bak", FILES);
        environment.node().awaitSuccess(again.id());
        Submitted restore = environment.restore("documented", backup.pattern(), FILES);
        environment.node().awaitSuccess(restore.id());

        assertThat(environment.store().report().required("denied")).isEmpty();
        environment.store().calm();
        Invariants.check(environment, List.of(again, restore), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    /** A differential backup reads of its base where that is. */
    @Test
    void theDocumentedPermissionsAreEnoughForADifferential() throws Exception {
        environment.store().script("{\"policy\": \"documented\"}");
        environment.node().awaitSuccess(environment.backup("base*.bak", FILES).id());
        String differential = Submitted.arn("chained.bak");
        chained(
                "rds_backup_database",
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", differential, "type", "DIFFERENTIAL"),
                "BACKUP_DB_DIFFERENTIAL",
                "shop",
                "chained.bak");
        chained(
                "rds_restore_database",
                Map.of(
                        "restore_db_name",
                        "chained",
                        "s3_arn_to_restore_from",
                        Submitted.arn("base*.bak"),
                        "with_norecovery",
                        1),
                "RESTORE_DB_NORECOVERY",
                "chained",
                "base*.bak");
        Submitted last = chained(
                "rds_restore_database",
                Map.of(
                        "restore_db_name",
                        "chained",
                        "s3_arn_to_restore_from",
                        differential,
                        "type",
                        "DIFFERENTIAL",
                        "with_norecovery",
                        0),
                "RESTORE_DB_DIFFERENTIAL",
                "chained",
                "chained.bak");

        assertThat(environment.store().report().required("denied")).isEmpty();
        environment.store().calm();
        Invariants.check(environment, List.of(last), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    private Submitted chained(String procedure, Map<String, Object> call, String type, String database, String pattern)
            throws IOException {
        Submitted task = environment.accepted(
                environment.node().procedure(procedure, call),
                type,
                database,
                pattern,
                pattern.contains("*") ? FILES : 1);
        environment.node().awaitSuccess(task.id());
        return task;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:GetObject",
                "s3:PutObject",
                "s3:ListMultipartUploadParts",
                "sts:AssumeRole"
            })
    void aBackupWithoutAPermissionNamesItAndLeavesNothing(String permission) throws Exception {
        Map<String, Object> call = Submitted.backupCall("denied" + ++cases + "-*.bak", FILES, 0);
        environment.store().script("{\"policy\": \"documented\", \"deny\": [\"" + permission + "\"]}");

        Answer answer = environment.node().procedure("rds_backup_database", call);

        if (answer.status() == 200) {
            Submitted task = environment.accepted(answer, "BACKUP_DB", "shop", "denied" + cases + "-*.bak", FILES);
            requireDenied(environment.node().awaitEnd(task.id()), permission);
        } else {
            assertThat(answer.code()).as(answer.toString()).isEqualTo("BAK-4002");
            assertThat(answer.body().required("detail").asText()).isEqualTo("Access Denied");
            assertThat(answer.body().required("hint").asText()).contains(permission);
        }
        environment.store().calm();
        Invariants.check(environment, List.of(), watch, Invariants.Depth.STORE_AND_TASKS);
        assertThat(environment.witness().keys()).noneMatch(key -> key.startsWith("denied" + cases));
        assertThat(environment.witness().uploads()).isEmpty();
    }

    @Test
    void aBackupThatMayNotAbortEndsAllTheSame() throws Exception {
        environment.store().script("""
                {"policy": "documented", "deny": ["s3:AbortMultipartUpload"],
                 "rules": [{"fault": "error", "status": 403, "on": ["UploadPart"], "after": 1}]}""");

        Submitted backup = environment.backup("no-abort*.bak", FILES);

        requireDenied(environment.node().awaitEnd(backup.id()), "s3:PutObject");
        assertThat(environment.witness().keys()).doesNotContainAnyElementsOf(backup.keys());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3:ListBucket", "s3:GetObject", "sts:AssumeRole"})
    void aRestoreWithoutAPermissionNamesItAndLeavesNothing(String permission) throws Exception {
        Submitted backup = environment.backup("for-restore" + ++cases + "-*.bak", FILES);
        environment.node().awaitSuccess(backup.id());
        environment.store().script("{\"policy\": \"documented\", \"deny\": [\"" + permission + "\"]}");
        String database = "denied_" + cases;

        Answer answer =
                environment.node().procedure("rds_restore_database", Submitted.restoreCall(database, backup.pattern()));

        if (answer.status() == 200) {
            Submitted task = environment.accepted(answer, "RESTORE_DB", database, backup.pattern(), FILES);
            requireDenied(environment.node().awaitEnd(task.id()), permission);
        } else {
            assertThat(answer.code()).as(answer.toString()).isEqualTo("BAK-4002");
            assertThat(answer.body().required("hint").asText()).contains(permission);
        }
        environment.store().calm();
        assertThat(environment.hasFiles(database)).isFalse();
        Invariants.check(environment, List.of(), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    @Test
    void keysThatExpireInTheMiddleOfABackupAndOfARestoreAreReplaced() throws Exception {
        environment.store().rules(SLOW_BACKUP);
        Submitted backup = environment.backup("long*.bak", FILES);
        environment.node().awaitSuccess(backup.id());
        assertThat(assumed()).as("keys for the task, and more for it later").isGreaterThanOrEqualTo(3);

        environment.store().rules(SLOW_RESTORE);
        Submitted restore = environment.restore("long_restore", backup.pattern(), FILES);
        environment.node().awaitSuccess(restore.id());

        assertThat(assumed()).isGreaterThanOrEqualTo(3);
        environment.store().calm();
        Invariants.check(environment, List.of(backup, restore), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    @Test
    void aTokenServiceThatIsDownForAWhileOrSlowOnlyDelays() throws Exception {
        environment.store().rules(SLOW_BACKUP);
        Submitted backup = environment.backup("outage*.bak", FILES);
        environment.store().rules(SLOW_BACKUP + """
                , {"fault": "reset", "on": ["AssumeRole"], "count": 2},
                {"fault": "error", "status": 503, "on": ["AssumeRole"], "count": 1},
                {"fault": "delay", "delayMillis": 1000, "on": ["AssumeRole"]}""");

        environment.node().awaitSuccess(backup.id());

        assertThat(environment
                        .store()
                        .report()
                        .required("rules")
                        .get(1)
                        .required("fired")
                        .asLong())
                .isEqualTo(2);
        environment.store().calm();
        Invariants.check(environment, List.of(backup), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    @Test
    void aTokenServiceThatStaysDownRefusesTheCallWithItsText() throws Exception {
        environment.store().rules("{\"fault\": \"error\", \"status\": 500, \"on\": [\"AssumeRole\"]}");
        // Until then the keys of the calls before this one are good.
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Answer answer =
                    environment.node().procedure("rds_restore_database", Submitted.restoreCall("never", "never*.bak"));

            assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
            assertThat(answer.code()).isEqualTo("BAK-5160");
            assertThat(answer.body().required("detail").asText()).contains("InternalError", "role/bakstripe-sandbox");
        });
    }

    private Map<String, Object> keyed(Map<String, Object> call) {
        return Submitted.with(call, "kms_master_key_arn", environment.keys().key());
    }

    private Submitted encrypted(String pattern, String mode) throws IOException {
        Answer answer = environment
                .node()
                .procedure(
                        "rds_backup_database",
                        Submitted.with(keyed(Submitted.backupCall(pattern, FILES, 0)), "encryption_mode", mode));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        Submitted backup = environment.accepted(answer, "BACKUP_DB", "shop", pattern, FILES);
        environment.node().awaitSuccess(backup.id());
        return backup;
    }

    /** Rows S1 and S2: those of the store and those of the key service, and no others. */
    @ParameterizedTest
    @ValueSource(strings = {"encryption-only", "authenticated"})
    void theDocumentedPermissionsAreEnoughForEncryptedFiles(String mode) throws Exception {
        environment.store().script("{\"policy\": \"documented\"}");
        Submitted backup = encrypted("encrypted-" + mode + "-*.bak", mode);
        String database = "opened_" + mode.charAt(0);
        Submitted restore = environment.accepted(
                environment
                        .node()
                        .procedure("rds_restore_database", keyed(Submitted.restoreCall(database, backup.pattern()))),
                "RESTORE_DB",
                database,
                backup.pattern(),
                FILES);
        environment.node().awaitSuccess(restore.id());

        assertThat(environment.store().report().required("denied")).isEmpty();
        assertThat(environment.store().report().required("lastingKeys").asLong())
                .as("requests that the role did not sign, those to the key service included")
                .isZero();
        environment.store().calm();
        Invariants.check(environment, List.of(restore), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kms:DescribeKey", "kms:GenerateDataKey"})
    void anEncryptedBackupWithoutARightToItsKeyHasTheReferencesText(String permission) throws Exception {
        String pattern = "denied" + ++cases + "-*.bak";
        environment.store().script("{\"policy\": \"documented\", \"deny\": [\"" + permission + "\"]}");

        Answer answer =
                environment.node().procedure("rds_backup_database", keyed(Submitted.backupCall(pattern, FILES, 0)));

        requireKeyDenied(answer, permission, environment.keys().key());
        requireNothingOfDenied();
    }

    /** Each key besides the first one is asked to wrap the first one's data key, which is found out before a task exists. */
    @Test
    void anAuthenticatedBackupThatMayNotWrapHasTheReferencesText() throws Exception {
        Map<String, Object> call = Submitted.backupCall("denied" + ++cases + "-*.bak", FILES, 0);
        environment.store().script("{\"policy\": \"documented\", \"deny\": [\"kms:Encrypt\"]}");

        Answer answer = environment
                .node()
                .procedure("rds_backup_database", Submitted.with(keyed(call), "encryption_mode", "authenticated"));

        requireKeyDenied(answer, "kms:Encrypt", environment.keys().secondKey());
        requireNothingOfDenied();
    }

    private void requireNothingOfDenied() throws Exception {
        environment.store().calm();
        Invariants.check(environment, List.of(), watch, Invariants.Depth.STORE_AND_TASKS);
        assertThat(environment.witness().keys()).noneMatch(key -> key.startsWith("denied" + cases));
        assertThat(environment.witness().uploads()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kms:DescribeKey", "kms:Decrypt"})
    void aRestoreOfEncryptedFilesWithoutARightToTheirKeyHasTheReferencesText(String permission) throws Exception {
        Submitted backup = encrypted("to-open" + ++cases + "-*.bak", "encryption-only");
        String database = "unopened_" + cases;
        environment.store().script("{\"policy\": \"documented\", \"deny\": [\"" + permission + "\"]}");

        Answer answer = environment
                .node()
                .procedure("rds_restore_database", keyed(Submitted.restoreCall(database, backup.pattern())));

        requireKeyDenied(answer, permission, environment.keys().key());
        environment.store().calm();
        assertThat(environment.hasFiles(database)).isFalse();
        Invariants.check(environment, List.of(), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    /** Row E4. */
    private static void requireKeyDenied(Answer answer, String permission, String key) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("BAK-5131");
        assertThat(answer.body().required("detail").asText())
                .matches("User arn:aws:sts::\\d+:assumed-role/\\S+ is not authorized to perform " + permission
                        + " on resource " + key);
    }

    private long assumed() {
        return environment
                .store()
                .report()
                .required("requests")
                .path("AssumeRole")
                .asLong();
    }

    private static void requireDenied(JsonNode row, String permission) {
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("Access Denied", permission);
    }
}
