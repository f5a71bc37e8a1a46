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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every fault of the key service in each phase of an encrypted backup and in a restore: what passes is survived, what stays refuses the call or ends the task with
 * the service's text, and nothing is left behind (rows E2, E4).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeyFaultsIT {
    private static final int FILES = 2;

    /** Data keys that are made on trial: at the call and when its task begins. */
    private static final int TRIALS = 2;

    /** Data keys that are opened to read headers: of each file at the call and when its task begins. */
    private static final int OPENED_FOR_HEADERS = 2 * FILES;

    private ChaosEnvironment environment;
    private TaskWatch watch;
    private Submitted whole;
    private int cases;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.start(folder);
        watch = TaskWatch.start(environment);
        whole = backup("whole*.bak");
        environment.node().awaitSuccess(whole.id());
    }

    @AfterAll
    void stop() throws IOException {
        watch.close();
        environment.close();
    }

    @AfterEach
    void calmDown() throws Exception {
        environment.store().calm();
        environment.keys().enable();
        Invariants.check(environment, List.of(), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    private String key() {
        return environment.keys().key();
    }

    private Map<String, Object> keyed(Map<String, Object> call) {
        return Submitted.with(call, "kms_master_key_arn", key());
    }

    private Submitted backup(String pattern) {
        Answer answer =
                environment.node().procedure("rds_backup_database", keyed(Submitted.backupCall(pattern, FILES, 0)));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return environment.accepted(answer, "BACKUP_DB", "shop", pattern, FILES);
    }

    private Answer askRestore(String database, Submitted of) {
        return environment
                .node()
                .procedure("rds_restore_database", keyed(Submitted.restoreCall(database, of.pattern())));
    }

    private Submitted restore(String database, Submitted of) {
        Answer answer = askRestore(database, of);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return environment.accepted(answer, "RESTORE_DB", database, of.pattern(), FILES);
    }

    private String pattern() {
        return "keyed" + ++cases + "-*.bak";
    }

    private void requireRows(Submitted set) throws Exception {
        Submitted copy = restore("copy_" + ++cases, set);
        environment.node().awaitSuccess(copy.id());
        Invariants.check(environment, List.of(copy), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    private String denial(String action) {
        return "User arn:aws:\\S+ is not authorized to perform kms:" + action + " on resource " + key();
    }

    private long asked(String request) {
        return environment.store().report().required("requests").path(request).asLong();
    }

    private static String rule(String request, int after, String fault) {
        return "{\"on\": [\"%s\"], \"after\": %d, %s}".formatted(request, after, fault);
    }

    private void requireNothingOf(Submitted backup) {
        assertThat(environment.witness().keys()).doesNotContainAnyElementsOf(backup.keys());
        assertThat(environment.witness().uploads())
                .noneMatch(upload -> backup.keys().contains(upload.key()));
    }

    private JsonNode requireError(Submitted task) {
        JsonNode row = environment.node().awaitEnd(task.id());
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        return row.required("task_info");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"fault\": \"error\", \"status\": 500",
                "\"fault\": \"error\", \"status\": 429",
                "\"fault\": \"reset\"",
                "\"fault\": \"delay\", \"delayMillis\": 5000"
            })
    void aBackupIsRefusedWhileTheKeyServiceIsDown(String fault) {
        environment.store().rules(rule("DescribeKey", 0, fault));
        String pattern = pattern();

        Answer refused =
                environment.node().procedure("rds_backup_database", keyed(Submitted.backupCall(pattern, FILES, 0)));

        assertThat(refused.status()).as(refused.toString()).isEqualTo(502);
        assertThat(refused.code()).isEqualTo("BAK-5132");
        assertThat(refused.body().required("detail").asText()).contains("the key service does not answer");
    }

    @Test
    void aRestoreIsRefusedWhileTheKeyServiceIsDown() throws Exception {
        environment.store().rules(rule("Decrypt", 0, "\"fault\": \"error\", \"status\": 500"));

        Answer refused = askRestore("never", whole);

        assertThat(refused.status()).as(refused.toString()).isEqualTo(502);
        assertThat(refused.code()).isEqualTo("BAK-5132");
        assertThat(environment.hasFiles("never")).isFalse();
    }

    @Test
    void whatPassesWhileDataKeysAreMadeIsSurvived() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"error\", \"status\": 500, \"count\": 1"),
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"error\", \"status\": 429, \"count\": 2"),
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"reset\", \"count\": 1"),
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"lost\", \"count\": 1"),
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"delay\", \"delayMillis\": 4000, \"count\": 1"),
                        rule("GenerateDataKey", TRIALS, "\"fault\": \"delay\", \"delayMillis\": 700")));

        Submitted backup = backup(pattern());

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isGreaterThanOrEqualTo(6);
        requireRows(backup);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 429})
    void aKeyServiceThatStaysDownEndsTheBackupBeforeAnUploadIsBegun(int status) {
        environment.store().rules(rule("GenerateDataKey", TRIALS, "\"fault\": \"error\", \"status\": " + status));

        Submitted backup = backup(pattern());

        assertThat(requireError(backup).asText()).contains("the key service does not answer");
        assertThat(asked("CreateMultipartUpload")).isZero();
        requireNothingOf(backup);
    }

    @Test
    void aStripeThatHasItsKeyNeedsNoMoreRights() throws Exception {
        environment.store().rules("{\"on\": [\"UploadPart\"], \"fault\": \"freeze\"}");
        Submitted backup = backup(pattern());
        await().atMost(Duration.ofSeconds(60))
                .until(() -> environment.store().strikes() > 0 && asked("CreateMultipartUpload") == FILES);

        environment
                .store()
                .script("{\"deny\": [\"kms:DescribeKey\", \"kms:GenerateDataKey\", \"kms:Encrypt\", \"kms:Decrypt\"]}");
        environment.node().awaitSuccess(backup.id());

        assertThat(environment.store().report().required("denied")).isEmpty();
        environment.store().calm();
        requireRows(backup);
    }

    /** A backup of which the engine's part is over, and whose node dies before the last parts are stored: they need the recorded key. */
    private Submitted killedBeforeTheLastParts() throws IOException {
        Submitted backup = submittedAndHeldAfterItsData();
        environment.store().rules("{\"on\": [\"UploadPart\"], \"fault\": \"freeze\"}");
        await("a last part")
                .atMost(Duration.ofSeconds(60))
                .until(() -> environment.store().strikes() > 0);
        environment.kill();
        return backup;
    }

    private Submitted submittedAndHeldAfterItsData() {
        String pattern = pattern();
        environment
                .store()
                .rules(String.join(
                        ",",
                        Stream.of(1, 2)
                                .map(file ->
                                        "{\"on\": [\"ListParts\"], \"key\": \".*%d-of-2.bak\", \"fault\": \"freeze\"}"
                                                .formatted(file))
                                .toList()));
        Submitted backup = backup(pattern);
        await("all data stored").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            for (JsonNode rule : environment.store().report().required("rules")) {
                assertThat(rule.required("fired").asLong()).isPositive();
            }
        });
        return backup;
    }

    @Test
    void aResumedStripeOpensItsRecordedKeyHoweverOftenTheServiceFailsBefore() throws Exception {
        Submitted backup = killedBeforeTheLastParts();
        environment
                .store()
                .rules(String.join(
                        ",",
                        rule("Decrypt", 0, "\"fault\": \"error\", \"status\": 500, \"count\": 2"),
                        rule("Decrypt", 0, "\"fault\": \"error\", \"status\": 429, \"count\": 1"),
                        rule("Decrypt", 0, "\"fault\": \"reset\", \"count\": 1")));
        environment.restart();

        environment.node().awaitSuccess(backup.id());

        assertThat(environment.node().task(backup.id()).required("attempt").asInt())
                .isEqualTo(1);
        assertThat(environment.store().strikes()).isEqualTo(4);
        assertThat(asked("GenerateDataKey")).isZero();
        environment.store().calm();
        requireRows(backup);
    }

    static Stream<Arguments> whatKeepsARecordedKeyClosed() {
        return Stream.of(
                Arguments.of("{\"deny\": [\"kms:Decrypt\"]}", "is not authorized to perform kms:Decrypt on resource"),
                Arguments.of(
                        // What does not answer may answer later: the next attempt would make a key of its own.
                        "{\"rules\": [{\"on\": [\"Decrypt\", \"GenerateDataKey\"], \"fault\": \"error\", \"status\": 500}]}",
                        "the key service does not answer"),
                Arguments.of(
                        "{\"rules\": [{\"on\": [\"Decrypt\"], \"fault\": \"error\", \"status\": 400, \"code\": \"DisabledException\"}]}",
                        "is disabled"));
    }

    @ParameterizedTest
    @MethodSource("whatKeepsARecordedKeyClosed")
    void aResumedStripeWhoseKeyStaysClosedEndsTheTaskAndLeavesNothing(String script, String text) throws Exception {
        Submitted backup = killedBeforeTheLastParts();
        environment.store().script(script);
        environment.restart();

        assertThat(requireError(backup).asText()).contains(text);

        await().untilAsserted(() -> requireNothingOf(backup));
    }

    @Test
    void aRecordedKeyThatStaysOutOfReachMakesTheBackupStartAgainWithAnother() throws Exception {
        Submitted backup = killedBeforeTheLastParts();
        environment.store().rules(rule("Decrypt", 0, "\"fault\": \"error\", \"status\": 500"));
        environment.restart();

        JsonNode row = environment.node().awaitSuccess(backup.id());

        assertThat(row.required("task_info").asText())
                .contains("Attempt 1 failed: the key service does not answer", "Attempt 2 has started");
        assertThat(asked("GenerateDataKey")).isEqualTo(FILES);
        environment.store().calm();
        requireRows(backup);
    }

    @Test
    void aRestoreSurvivesWhatPasses() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        rule("Decrypt", OPENED_FOR_HEADERS, "\"fault\": \"error\", \"status\": 500, \"count\": 1"),
                        rule("Decrypt", OPENED_FOR_HEADERS, "\"fault\": \"error\", \"status\": 429, \"count\": 1"),
                        rule("Decrypt", OPENED_FOR_HEADERS, "\"fault\": \"reset\", \"count\": 1"),
                        rule("Decrypt", OPENED_FOR_HEADERS, "\"fault\": \"delay\", \"delayMillis\": 700")));

        requireRows(whole);

        assertThat(environment.store().strikes()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aRestoreEndsWithTheTextWhenTheServiceStaysDown() throws Exception {
        environment.store().rules(rule("Decrypt", OPENED_FOR_HEADERS, "\"fault\": \"error\", \"status\": 500"));

        Submitted restore = restore("stayed", whole);

        assertThat(requireError(restore).asText()).contains("the key service does not answer");
        assertThat(environment.hasFiles("stayed")).isFalse();
    }

    @Test
    void aRestoreWithoutTheRightHasTheReferencesText() throws Exception {
        environment.store().script("{\"deny\": [\"kms:Decrypt\"]}");

        Answer refused = askRestore("denied", whole);

        assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("BAK-5131");
        assertThat(refused.body().required("detail").asText()).matches(denial("Decrypt"));
        assertThat(environment.hasFiles("denied")).isFalse();
    }

    @Test
    void aKeyThatWasDisabledSinceOpensNothingUntilItIsEnabled() throws Exception {
        environment.keys().disable();

        Answer refused = askRestore("disabled", whole);

        assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BAK-2178");
        assertThat(environment.hasFiles("disabled")).isFalse();
        environment.keys().enable();
        requireRows(whole);
    }

    @Test
    void aKeyThatIsPendingDeletionOpensNothing() throws Exception {
        Answer refused = environment
                .node()
                .procedure(
                        "rds_restore_database",
                        Submitted.with(
                                Submitted.restoreCall("pending", whole.pattern()),
                                "kms_master_key_arn",
                                environment.keys().pendingDeletionKey()));

        assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BAK-2179");
        assertThat(refused.body().required("detail").asText()).contains("cannot be used in its state: PendingDeletion");
        assertThat(environment.hasFiles("pending")).isFalse();
    }
}
