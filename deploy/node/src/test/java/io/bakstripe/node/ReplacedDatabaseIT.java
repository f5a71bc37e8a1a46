package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.Pause.Moment;
import io.bakstripe.node.pause.PauseFolder.Write;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that is ONLINE is replaced by a restore and swapped back while the node is killed with {@code kill -9} before or behind the records of that: it is served
 * throughout, the one before or the new one, under the same address, and the other one is there until it is dropped.
 *
 * <p>As {@link KilledBetweenRecordsIT}: {@code mvn verify} takes every second event once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReplacedDatabaseIT {
    private static final String WHO = "SELECT who FROM generation";

    private final PauseChoice choice = PauseChoice.ofSystemProperties();
    private PausedSandbox sandbox;
    private Evidence evidence;
    private KilledCalls kills;
    private RepeatableCall first;
    private RepeatableCall second;
    private int cases;

    @BeforeAll
    void makeTwoSets(@TempDir Path data) throws Exception {
        System.out.println("pauses: " + choice);
        sandbox = PausedSandbox.start(data);
        evidence = new Evidence(sandbox);
        kills = new KilledCalls(sandbox, evidence);
        first = RepeatableCall.backup("generation-1", 1);
        second = RepeatableCall.backup("generation-2", 2);
        TestHost.execute(sandbox.shop(), "CREATE TABLE generation AS SELECT 'first' AS who");
        evidence.recordsOf(List.of(first));
        TestHost.execute(sandbox.shop(), "UPDATE generation SET who = 'second'");
        evidence.recordsOf(List.of(second));
    }

    @AfterAll
    void stopSandbox() throws Exception {
        evidence.close();
        sandbox.close();
        RecordedTasks.read(sandbox.data()).requireOneEndEach();
    }

    @TestFactory
    Stream<DynamicTest> isServedWhereverTheNodeIsKilled() throws Exception {
        List<Write> records = replacedUndisturbed();
        List<DynamicTest> tests = new ArrayList<>();
        for (Pause pause :
                choice.of(records, event -> choice.all() || !KilledBetweenRecordsIT.EXCHANGE.contains(event))) {
            String name = "copy" + cases++;
            tests.add(DynamicTest.dynamicTest("replacement " + pause, () -> killReplacement(name, pause)));
        }
        for (String event : List.of("swap-back-begun/1", "swap-back-ended/1")) {
            for (Moment moment : List.of(Moment.BEFORE, Moment.AFTER)) {
                String name = "back" + cases++;
                Pause pause = new Pause(event, 1, moment);
                tests.add(DynamicTest.dynamicTest("swap back " + pause, () -> killSwap(name, pause)));
            }
        }
        return tests.stream();
    }

    /** The whole life of it, and what a replacement records. */
    private List<Write> replacedUndisturbed() throws Exception {
        ServerConnection address = online("undisturbed");
        List<Write> records = evidence.recordsOf(List.of(replacement("undisturbed")));
        requireServed("undisturbed", address, "second");
        assertThat(document("undisturbed").at("/kept/since").asText()).isNotEmpty();
        assertThat(replace("undisturbed").code()).isEqualTo("BAK-2183");

        RunningNode.Answer swapped = sandbox.node().post(swapBack("undisturbed"));
        assertThat(swapped.status()).as(swapped.toString()).isEqualTo(200);
        assertThat(swapped.toString()).doesNotContain(address.password());
        requireServed("undisturbed", address, "first");

        assertThat(sandbox.node()
                        .procedure("rds_drop_database", Map.of("db_name", "undisturbed"))
                        .status())
                .isEqualTo(200);
        assertThat(document("undisturbed").path("kept").isNull()).isTrue();
        assertThat(sandbox.node().post(swapBack("undisturbed")).code()).isEqualTo("BAK-3181");
        requireServed("undisturbed", address, "first");
        // The place of the dropped one is free again.
        JsonNode row = sandbox.node()
                .awaitSuccess(PausedSandbox.taskOf(sandbox.send(new RepeatableCall(
                                "rds_restore_database",
                                "once-more",
                                replacement("undisturbed").arguments(),
                                Map.of(),
                                "undisturbed",
                                List.of()))
                        .join()));
        assertThat(row.path("task_info").asText()).contains("swap-back returns it");
        requireServed("undisturbed", address, "second");
        return records;
    }

    private void killReplacement(String name, Pause pause) throws Exception {
        ServerConnection address = online(name);
        TestHost.execute(address, "UPDATE generation SET who = 'living'");

        kills.at(pause, List.of(replacement(name)));

        requireServed(name, address, "second");
        assertThat(sandbox.node().post(swapBack(name)).status()).isEqualTo(200);
        requireServed(name, address, "living");
    }

    private void killSwap(String name, Pause pause) throws Exception {
        ServerConnection address = online(name);
        sandbox.node().awaitSuccess(evidence.repeat(replacement(name)));
        String before = document(name).at("/kept/fork").asText();
        sandbox.awaitRest();

        sandbox.pauses().set(pause);
        RunningNode dying = sandbox.node();
        CompletableFuture<?> call = CompletableFuture.runAsync(() -> dying.post(swapBack(name)));
        await(pause.toString())
                .atMost(Duration.ofSeconds(60))
                .until(() -> sandbox.pauses().reached());
        sandbox.kill();
        sandbox.pauses().clear();
        sandbox.startAgain();
        assertThat(call.handle((done, cut) -> cut).join()).isInstanceOf(CompletionException.class);

        boolean asked = !(pause.event().equals("swap-back-begun/1") && pause.moment() == Moment.BEFORE);
        if (!asked) {
            requireServed(name, address, "second");
            assertThat(sandbox.node().post(swapBack(name)).status()).isEqualTo(200);
        }
        await("a swap that goes on by itself")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !document(name).at("/kept/fork").asText().equals(before));
        requireServed(name, address, "first");
    }

    /** A database of its own with the rows of the first set. */
    private ServerConnection online(String name) throws Exception {
        if (!sandbox.node().alive()) {
            sandbox.startAgain();
        }
        RepeatableCall restore = RepeatableCall.restore(name, first);
        sandbox.node().awaitSuccess(evidence.repeat(restore));
        return sandbox.node().database(name);
    }

    private RepeatableCall replacement(String name) {
        return new RepeatableCall(
                "rds_restore_database",
                "replace-" + name,
                Map.of("restore_db_name", name, "s3_arn_to_restore_from", second.subject(), "replace_existing", 1),
                Map.of("database_name", name, "S3_object_arn", second.subject()),
                name,
                List.of());
    }

    private RunningNode.Answer replace(String name) {
        return sandbox.node()
                .procedure("rds_restore_database", replacement(name).arguments());
    }

    private static String swapBack(String name) {
        return "/instances/sandbox/databases/" + name + "/swap-back";
    }

    private JsonNode document(String name) {
        return sandbox.node().get("/instances/sandbox/databases/" + name).body();
    }

    /** The address of before leads to this database, and it is the one that the node shows. */
    private void requireServed(String name, ServerConnection address, String who) throws Exception {
        assertThat(document(name).path("state").asText()).isEqualTo("ONLINE");
        assertThat(sandbox.node().database(name)).isEqualTo(address);
        assertThat(TestHost.column(address, WHO)).containsExactly(who);
    }
}
