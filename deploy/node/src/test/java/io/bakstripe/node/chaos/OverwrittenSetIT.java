package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A set that another backup replaces while it is being restored: what was read of the old one is never mixed with the new one. */
final class OverwrittenSetIT {
    private static final int FILES = 4;

    @Test
    void restoreOfASetThatIsReplacedMeanwhileEndsInAClearErrorAndLeavesNothing(@TempDir Path folder) throws Exception {
        try (ChaosEnvironment environment = ChaosEnvironment.start(folder);
                TaskWatch watch = TaskWatch.start(environment)) {
            Submitted first = environment.backup("replaced*.bak", FILES);
            environment.node().awaitSuccess(first.id());
            // Headers and trailers are read by then, before the task exists and when it runs.
            environment.store().rules("{\"fault\": \"freeze\", \"on\": [\"GetObject\"], \"after\": 24}");
            Submitted restore = environment.restore("overwritten", first.pattern(), FILES);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> environment.store().strikes() > 0);
            assertThat(environment
                            .node()
                            .row(restore.id())
                            .required("lifecycle")
                            .asText())
                    .isEqualTo("IN_PROGRESS");

            Submitted second = environment.overwrite(first.pattern(), FILES);
            environment.node().awaitSuccess(second.id());
            environment.store().calm();

            JsonNode row = environment.node().awaitEnd(restore.id());
            assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
            assertThat(row.required("task_info").asText()).contains("was replaced while it was being restored");
            assertThat(environment.hasFiles("overwritten")).isFalse();
            Invariants.check(environment, List.of(second, restore), watch, Invariants.Depth.RESTORE_EACH_SET);
        }
    }
}
