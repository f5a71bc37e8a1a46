package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode;
import io.bakstripe.node.chaos.StoreWitness.VisibleSet;
import io.bakstripe.node.demo.RowComparison;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold after any failure, once the store is calm again.
 *
 * <ul>
 *   <li>Every task is in a final state, and the history is what was submitted.
 *   <li>No unfinished upload is left but empty ones, of which a lost answer or a killed node may leave one per stripe.
 *   <li>Every set is whole, absent, or named as incomplete.
 *   <li>The set of every successful backup is there and restores to the source's rows; so does every successful restore.
 *   <li>No progress went back within an attempt, and never more than two tasks ran.
 * </ul>
 */
final class Invariants {
    private static final Set<String> FINAL = Set.of("SUCCESS", "ERROR", "CANCELLED");
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private final ChaosEnvironment environment;
    private final RunningNode node;

    private Invariants(ChaosEnvironment environment) {
        this.environment = environment;
        this.node = environment.node();
    }

    /** How much of the truth is looked for: restoring each set takes seconds. */
    enum Depth {
        STORE_AND_TASKS,
        RESTORE_EACH_SET
    }

    /**
     * Checks everything; throws {@link AssertionError} that says what does not hold.
     *
     * @param fresh the tasks that were not checked before: the sets of these are restored
     */
    static void check(ChaosEnvironment environment, List<Submitted> fresh, TaskWatch watch, Depth depth)
            throws Exception {
        Invariants invariants = new Invariants(environment);
        List<Submitted> submitted = environment.submitted();
        Map<Long, JsonNode> rows = invariants.finalRows(submitted);
        invariants.requireHistory(submitted, rows);
        invariants.requireNoUploads();
        invariants.requireWholeSets(submitted, rows);
        assertThat(watch.violations()).isEmpty();
        for (Submitted task : fresh) {
            if (succeeded(rows, task)) {
                invariants.requireRows(task, depth);
            }
        }
    }

    private Map<Long, JsonNode> finalRows(List<Submitted> submitted) {
        return await("all tasks in a final state")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        this::rows,
                        rows -> rows.size() >= submitted.size()
                                && rows.values().stream().allMatch(row -> FINAL.contains(lifecycle(row))));
    }

    private Map<Long, JsonNode> rows() {
        List<JsonNode> rows = new ArrayList<>();
        node.procedure("rds_task_status", Map.of()).body().required("rows").forEach(rows::add);
        return rows.stream()
                .collect(Collectors.toMap(row -> row.required("task_id").asLong(), row -> row));
    }

    private static String lifecycle(JsonNode row) {
        return row.required("lifecycle").asText();
    }

    private static boolean succeeded(Map<Long, JsonNode> rows, Submitted task) {
        JsonNode row = rows.get(task.id());
        return row != null && lifecycle(row).equals("SUCCESS");
    }

    private void requireHistory(List<Submitted> submitted, Map<Long, JsonNode> rows) {
        assertThat(rows.keySet())
                .as("the history has what was submitted and nothing else")
                .containsExactlyInAnyOrderElementsOf(
                        submitted.stream().map(Submitted::id).toList());
        for (Submitted task : submitted) {
            JsonNode row = Objects.requireNonNull(rows.get(task.id()));
            assertThat(row.required("task_type").asText())
                    .as("type of %s", task)
                    .isEqualTo(task.type());
            assertThat(row.required("database_name").asText())
                    .as("database of %s", task)
                    .isEqualTo(task.database());
            assertThat(row.required("S3_object_arn").asText())
                    .as("files of %s", task)
                    .isEqualTo(Submitted.arn(task.pattern()));
        }
    }

    private void requireNoUploads() {
        // An abort may still be on its way when the task has ended already.
        await("no upload with parts is left")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(environment.witness().uploads())
                        .allSatisfy(upload ->
                                assertThat(upload.parts()).as(upload.toString()).isZero()));
    }

    private void requireWholeSets(List<Submitted> submitted, Map<Long, JsonNode> rows) {
        Map<String, VisibleSet> sets = environment.witness().sets();
        for (VisibleSet set : sets.values()) {
            assertThat(set.isWhole() || isNamed(set, rows))
                    .as("%s is whole or named as incomplete by a task", set)
                    .isTrue();
        }
        Set<List<String>> whole = sets.values().stream()
                .filter(VisibleSet::isWhole)
                .map(set -> set.keys().stream().sorted().toList())
                .collect(Collectors.toSet());
        for (Submitted task : submitted) {
            if (task.isBackup() && succeeded(rows, task)) {
                assertThat(whole)
                        .as("the whole set of %s is there", task)
                        .contains(task.keys().stream().sorted().toList());
            }
        }
    }

    private static boolean isNamed(VisibleSet set, Map<Long, JsonNode> rows) {
        return rows.values().stream()
                .filter(row -> lifecycle(row).equals("ERROR"))
                .map(row -> row.required("task_info").asText())
                .anyMatch(info -> set.keys().stream().allMatch(info::contains));
    }

    private void requireRows(Submitted task, Depth depth) throws Exception {
        if (!task.isBackup()) {
            requireSourceRows(task.database());
        } else if (depth == Depth.RESTORE_EACH_SET) {
            Submitted copy = environment.restore("check_" + task.id(), task.pattern(), task.files());
            node.awaitSuccess(copy.id());
            requireSourceRows(copy.database());
        }
    }

    private void requireSourceRows(String database) throws Exception {
        RowComparison.requireEqualTables(environment.shop(), node.database(database));
        environment.stopServer(database);
    }
}
