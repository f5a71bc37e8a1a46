package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
 * Faults that only authenticated files know: one of their keys fails, or the objects that their wrapped keys lie in cannot be stored. What passes is survived, what
 * stays ends the task with its text and leaves nothing; {@link KeyFaultsIT} has those that all encrypted files know.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SeveralKeysIT {
    private static final int FILES = 2;

    /** Data keys that are wrapped on trial with the second key: at the call and when its task begins. */
    private static final int TRIALS = 2;

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

    private String pattern() {
        return "authenticated" + ++cases + "-*.bak";
    }

    private Answer ask(String pattern) {
        return ask(pattern, environment.keys().key());
    }

    private Answer ask(String pattern, String key) {
        Map<String, Object> call = Submitted.with(Submitted.backupCall(pattern, FILES, 0), "kms_master_key_arn", key);
        return environment
                .node()
                .procedure("rds_backup_database", Submitted.with(call, "encryption_mode", "authenticated"));
    }

    private Submitted backup(String pattern) {
        Answer answer = ask(pattern);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return environment.accepted(answer, "BACKUP_DB", "shop", pattern, FILES);
    }

    private Answer askRestore(String database, Submitted of, String key) {
        return environment
                .node()
                .procedure(
                        "rds_restore_database",
                        Submitted.with(Submitted.restoreCall(database, of.pattern()), "kms_master_key_arn", key));
    }

    private void requireRows(Submitted set, String key) throws Exception {
        String database = "copy_" + ++cases;
        Answer answer = askRestore(database, set, key);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        Submitted copy = environment.accepted(answer, "RESTORE_DB", database, set.pattern(), FILES);
        environment.node().awaitSuccess(copy.id());
        Invariants.check(environment, List.of(copy), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    private void requireNothingOf(Submitted backup) {
        await().untilAsserted(() -> {
            assertThat(environment.witness().keys())
                    .doesNotContainAnyElementsOf(backup.keys())
                    .doesNotContainAnyElementsOf(backup.keyObjects());
            assertThat(environment.witness().uploads())
                    .noneMatch(upload -> backup.keys().contains(upload.key()));
        });
    }

    private JsonNode requireError(Submitted task) {
        JsonNode row = environment.node().awaitEnd(task.id());
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        return row.required("task_info");
    }

    private static String onKeyObjects(String fault) {
        return "{\"on\": [\"PutObject\"], \"key\": \".*[.]keys\", " + fault + "}";
    }

    @Test
    void aSecondKeyThatIsDisabledRefusesTheCall() {
        environment.keys().disable(environment.keys().secondKey());
        long tasks = environment.node().tasks();

        Answer refused = ask(pattern());

        assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BAK-2178");
        assertThat(refused.body().required("detail").asText())
                .contains(environment.keys().secondKey());
        assertThat(environment.node().tasks()).isEqualTo(tasks);
    }

    @Test
    void whileTheFirstKeyIsDisabledTheSecondOpensTheFiles() throws Exception {
        environment.keys().disable();

        Answer refused = askRestore("disabled", whole, environment.keys().key());

        assertThat(refused.code()).as(refused.toString()).isEqualTo("BAK-2178");
        assertThat(environment.hasFiles("disabled")).isFalse();
        requireRows(whole, environment.keys().secondKey());
    }

    /** The call names the key that the instance adds. */
    @Test
    void aKeyThatIsNoneOfTheFilesIsRefusedAndTheirsIsNamed() throws Exception {
        String pattern = pattern();
        Answer answer = ask(pattern, environment.keys().secondKey());
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        Submitted ofSecond = environment.accepted(answer, "BACKUP_DB", "shop", pattern, FILES);
        environment.node().awaitSuccess(ofSecond.id());

        Answer refused = askRestore("other", ofSecond, environment.keys().key());

        assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("BAK-6119");
        assertThat(refused.body().required("hint").asText())
                .isEqualTo("Name one of the keys that open it: %s."
                        .formatted(environment.keys().secondKey()));
        assertThat(environment.hasFiles("other")).isFalse();
        requireRows(ofSecond, environment.keys().secondKey());
    }

    @Test
    void aKeyThatDoesNotExistIsRefusedInTheReferencesWords() throws Exception {
        String other = environment.keys().key().replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000000");

        Answer refused = askRestore("absent", whole, other);

        assertThat(refused.status()).as(refused.toString()).isEqualTo(404);
        assertThat(refused.body().required("detail").asText()).isEqualTo("Key " + other + " does not exist");
        assertThat(environment.hasFiles("absent")).isFalse();
    }

    @Test
    void whatPassesWhileDataKeysAreWrappedIsSurvived() throws Exception {
        String rule = "{\"on\": [\"Encrypt\"], \"after\": " + TRIALS + ", \"count\": 1, %s}";
        environment
                .store()
                .rules(String.join(
                        ",",
                        rule.formatted("\"fault\": \"error\", \"status\": 500"),
                        rule.formatted("\"fault\": \"error\", \"status\": 429"),
                        rule.formatted("\"fault\": \"lost\"")));

        Submitted backup = backup(pattern());

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(3);
        environment.store().calm();
        requireRows(backup, environment.keys().secondKey());
    }

    @Test
    void whatPassesWhileKeyObjectsAreStoredIsSurvived() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        onKeyObjects("\"fault\": \"error\", \"status\": 503, \"count\": 2"),
                        onKeyObjects("\"fault\": \"error\", \"status\": 412, \"count\": 1"),
                        onKeyObjects("\"fault\": \"error\", \"status\": 409, \"count\": 1"),
                        onKeyObjects("\"fault\": \"lost\", \"count\": 1"),
                        onKeyObjects("\"fault\": \"reset\", \"count\": 1")));

        Submitted backup = backup(pattern());

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(6);
        environment.store().calm();
        assertThat(environment.witness().keys()).containsAll(backup.keyObjects());
        requireRows(backup, environment.keys().key());
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 503})
    void keyObjectsThatCannotBeStoredEndTheBackupAndLeaveNothing(int status) {
        environment.store().rules(onKeyObjects("\"fault\": \"error\", \"status\": " + status));

        Submitted backup = backup(pattern());

        assertThat(requireError(backup).asText()).contains(status == 403 ? "Access Denied" : "SlowDown");
        requireNothingOf(backup);
    }

    @Test
    void aKeyObjectThatSomebodyElsePutThereIsLeftAsItIs() {
        String pattern = pattern();
        String foreign = pattern.replace("*", "1-of-2") + ".keys";
        environment.witness().put(foreign, "not ours");

        Submitted backup = backup(pattern);

        assertThat(requireError(backup).asText()).contains("the key object", foreign, "cannot be read");
        assertThat(new String(environment.witness().bytes(foreign), StandardCharsets.US_ASCII))
                .isEqualTo("not ours");
        environment.witness().delete(foreign);
        requireNothingOf(backup);
    }
}
