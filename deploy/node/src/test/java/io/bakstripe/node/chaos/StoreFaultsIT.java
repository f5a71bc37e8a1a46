package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fault of the store in each phase of a backup and in a restore: what passes is survived, what stays ends the task with the store's text. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreFaultsIT {
    private static final int FILES = 4;
    /** Reads that go to headers and trailers: they are read before the task exists and when it runs. */
    private static final int AFTER_HEADERS = 24;

    private ChaosEnvironment environment;
    private TaskWatch watch;
    private Submitted whole;
    private int cases;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.start(folder);
        watch = TaskWatch.start(environment);
        whole = environment.backup("whole*.bak", FILES);
        environment.node().awaitSuccess(whole.id());
    }

    @AfterAll
    void stop() throws IOException {
        watch.close();
        environment.close();
    }

    @AfterEach
    void calmDown() {
        environment.store().calm();
    }

    /** The requests that make up each phase of a backup. */
    enum Phase {
        /** Each of its requests is repeated once or twice only, since a caller waits: faults are spread over them. */
        PREFLIGHT("HeadBucket", "GetBucketLocation", "HeadObject"),
        CREATE("CreateMultipartUpload"),
        STREAM("UploadPart"),
        CLOSE("ListParts"),
        PUBLISH("CompleteMultipartUpload");

        private final List<String> requests;

        Phase(String... requests) {
            this.requests = List.of(requests);
        }

        /** A rule for this phase. */
        String rule(String fault) {
            return rule(0, fault);
        }

        /** One of several rules for this phase. */
        String rule(int nth, String fault) {
            return "{\"on\": [\"%s\"], %s}".formatted(requests.get(nth % requests.size()), fault);
        }
    }

    private String pattern() {
        return "case" + ++cases + "-*.bak";
    }

    private void requireInvariants(Submitted... fresh) throws Exception {
        Invariants.check(environment, List.of(fresh), watch, Invariants.Depth.STORE_AND_TASKS);
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void errorsAndBrokenConnectionsThatPassAreSurvived(Phase phase) throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        phase.rule("\"fault\": \"error\", \"status\": 500, \"count\": 1"),
                        phase.rule(1, "\"fault\": \"error\", \"status\": 503, \"count\": 1"),
                        phase.rule(2, "\"fault\": \"reset\", \"count\": 1")));

        Submitted backup = environment.backup(pattern(), FILES);

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(3);
        requireInvariants(backup);
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void lostAnswersOfExecutedRequestsAreSurvived(Phase phase) throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        phase.rule("\"fault\": \"lost\", \"count\": 1"),
                        phase.rule(1, "\"fault\": \"error\", \"status\": 500, \"executed\": true, \"count\": 1")));

        Submitted backup = environment.backup(pattern(), FILES);

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(2);
        boolean contentAtRisk = phase == Phase.STREAM || phase == Phase.PUBLISH;
        Invariants.check(
                environment,
                List.of(backup),
                watch,
                contentAtRisk ? Invariants.Depth.RESTORE_EACH_SET : Invariants.Depth.STORE_AND_TASKS);
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void slowAndFrozenRequestsAreSurvived(Phase phase) throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        phase.rule("\"fault\": \"delay\", \"delayMillis\": 700, \"count\": 1"),
                        phase.rule("\"fault\": \"freeze\", \"count\": 1")));
        if (phase == Phase.PREFLIGHT) {
            // A call waits for its pre-flight, so nobody could thaw it: a time-out has to help.
            environment.store().rules(phase.rule("\"fault\": \"delay\", \"delayMillis\": 4000, \"count\": 1"));
        }

        Submitted backup = environment.backup(pattern(), FILES);
        if (phase != Phase.PREFLIGHT) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> environment.store().strikes() == 2);
            // Long enough for the request to be given up and sent again before the first one arrives after all.
            await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
        }
        environment.store().calm();

        environment.node().awaitSuccess(backup.id());
        requireInvariants(backup);
    }

    @Test
    void damagedAndCutUploadsAreSentAgain() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        Phase.STREAM.rule("\"fault\": \"flip\", \"count\": 2"),
                        Phase.STREAM.rule("\"fault\": \"cut\", \"count\": 2"),
                        Phase.STREAM.rule(
                                "\"fault\": \"error\", \"status\": 429, \"code\": \"SlowDown\", \"count\": 2")));

        Submitted backup = environment.backup(pattern(), FILES);

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(6);
        Invariants.check(environment, List.of(backup), watch, Invariants.Depth.RESTORE_EACH_SET);
    }

    @Test
    void damagedAnswersAreAskedForAgain() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        Phase.CREATE.rule("\"fault\": \"truncate\", \"bytes\": 60, \"count\": 1"),
                        Phase.CLOSE.rule("\"fault\": \"truncate\", \"bytes\": 60, \"count\": 2"),
                        Phase.PUBLISH.rule("\"fault\": \"truncate\", \"bytes\": 60, \"count\": 1")));

        Submitted backup = environment.backup(pattern(), FILES);

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(4);
        requireInvariants(backup);
    }

    @Test
    void anErrorInsideASuccessfulCompletionIsNoSuccess() throws Exception {
        environment
                .store()
                .rules(String.join(
                        ",",
                        Phase.PUBLISH.rule("\"fault\": \"error-inside\", \"executed\": false, \"count\": 1"),
                        Phase.PUBLISH.rule("\"fault\": \"error-inside\", \"executed\": true, \"count\": 1"),
                        Phase.PUBLISH.rule("\"fault\": \"error\", \"status\": 409, \"count\": 1")));

        Submitted backup = environment.backup(pattern(), FILES);

        environment.node().awaitSuccess(backup.id());
        assertThat(environment.store().strikes()).isEqualTo(3);
        requireInvariants(backup);
    }

    @Test
    void aSealedSetIsPublishedHoweverLongTheStoreFails() throws Exception {
        environment.store().rules(Phase.PUBLISH.rule("\"fault\": \"error\", \"status\": 500, \"after\": 1"));

        Submitted backup = environment.backup(pattern(), FILES);
        // More than what all budgets together allow.
        await().atMost(Duration.ofMinutes(2)).until(() -> environment.store().strikes() > 60);
        assertThat(environment.node().row(backup.id()).required("lifecycle").asText())
                .isEqualTo("IN_PROGRESS");
        environment.store().calm();

        environment.node().awaitSuccess(backup.id());
        requireInvariants(backup);
    }

    @ParameterizedTest
    @EnumSource(value = Phase.class, names = "PUBLISH", mode = EnumSource.Mode.EXCLUDE)
    void errorsThatStayEndTheTaskWithTheStoresText(Phase phase) throws Exception {
        environment.store().rules(phase.rule("\"fault\": \"error\", \"status\": 500"));
        String pattern = pattern();

        if (phase == Phase.PREFLIGHT) {
            Answer refused =
                    environment.node().procedure("rds_backup_database", Submitted.backupCall(pattern, FILES, 0));
            assertThat(refused.status()).as(refused.toString()).isEqualTo(502);
            assertThat(refused.code()).isEqualTo("BAK-5001");
            requireInvariants();
            return;
        }
        Submitted backup = environment.backup(pattern, FILES);
        JsonNode row = environment.node().awaitEnd(backup.id());

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("the object store does not answer", "HTTP 500");
        requireInvariants(backup);
        assertThat(environment.witness().keys()).doesNotContainAnyElementsOf(backup.keys());
    }

    @Test
    void aForeignObjectBetweenTwoCompletionsEndsTheTaskNamingWhatIsVisible() throws Exception {
        environment.store().rules(Phase.PUBLISH.rule("\"fault\": \"foreign\", \"after\": 2, \"count\": 1"));

        Submitted backup = environment.backup(pattern(), FILES);
        JsonNode row = environment.node().awaitEnd(backup.id());

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("a foreign file appeared at", "visible stripes");
        requireInvariants(backup);
        Answer refused = environment
                .node()
                .procedure("rds_restore_database", Submitted.restoreCall("from_part", backup.pattern()));
        assertThat(refused.status())
                .as("a partial set is never restored: %s", refused)
                .isEqualTo(409);
        assertThat(refused.body().required("detail").asText())
                .contains(backup.pattern().replace("*.bak", ""));
    }

    @Test
    void rightsWithdrawnBetweenTwoCompletionsEndTheTaskNamingWhatIsVisible() throws Exception {
        environment.store().rules(Phase.PUBLISH.rule("\"fault\": \"error\", \"status\": 403, \"after\": 2"));

        Submitted backup = environment.backup(pattern(), FILES);
        JsonNode row = environment.node().awaitEnd(backup.id());

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("Access Denied", "visible stripes");
        requireInvariants(backup);
    }

    @Test
    void aRestoreSurvivesWhatPasses() throws Exception {
        String reads = "{\"on\": [\"GetObject\"], \"after\": " + AFTER_HEADERS + ", \"count\": 1, \"fault\": %s}";
        environment
                .store()
                .rules(String.join(
                        ",",
                        // The first listing is the pre-flight's, which is not repeated: a caller waits.
                        "{\"on\": [\"ListObjects\"], \"after\": 1, \"fault\": \"reset\", \"count\": 1}",
                        reads.formatted("\"error\", \"status\": 500"),
                        reads.formatted("\"reset\""),
                        reads.formatted("\"lost\""),
                        reads.formatted("\"truncate\""),
                        reads.formatted("\"delay\", \"delayMillis\": 4000")));

        Submitted restore = environment.restore("survived", whole.pattern(), FILES);

        environment.node().awaitSuccess(restore.id());
        assertThat(environment.store().strikes()).isEqualTo(6);
        requireInvariants(restore);
    }

    @Test
    void aRestoreEndsWithTheStoresTextWhenErrorsStay() throws Exception {
        environment
                .store()
                .rules("{\"on\": [\"GetObject\"], \"after\": %s, \"fault\": \"error\", \"status\": 500}"
                        .formatted(AFTER_HEADERS));

        requireFailedRestore("stayed", "the object store does not answer");
    }

    @Test
    void aRestoreNeverOpensADatabaseWithAWrongBit() throws Exception {
        environment
                .store()
                .rules("{\"on\": [\"GetObject\"], \"after\": %s, \"fault\": \"flip\"}".formatted(AFTER_HEADERS));

        requireFailedRestore("flipped", "Damage to the backup set was detected");
    }

    private void requireFailedRestore(String database, String text) throws Exception {
        Submitted restore = environment.restore(database, whole.pattern(), FILES);
        JsonNode row = environment.node().awaitEnd(restore.id());

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains(text);
        assertThat(environment.hasFiles(database)).isFalse();
        requireInvariants(restore);
    }
}
