package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.live;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** {@code % complete} never goes back within an attempt, whatever its workers report: they may have been lost and begun again. */
class PercentCompleteTest {
    private static final int RUNS = 200;
    private static final int REPORTS = 40;

    private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));

    private void neverGoesBack(DatabaseRecord begun, BiFunction<Live, Random, Live> report) {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            DatabaseRecord state = begun;
            Live live = live();
            int best = 0;
            for (int i = 0; i < REPORTS; i++) {
                // A coordinator that starts again has forgotten what was reported.
                live = report.apply(random.nextInt(10) == 0 ? live() : live, random);
                List<DatabaseEvent> due = steps.due(state, live, NOON);
                for (DatabaseEvent event : due) {
                    state = state.apply(event);
                }
                int shown = TaskDetails.unfinished(state.tasks().get(0), live, NOON)
                        .row()
                        .percentComplete();
                assertThat(shown).as("seed %s, report %s", seed, i).isGreaterThanOrEqualTo(best);
                best = shown;
            }
            assertThat(best).as("seed %s", seed).isPositive();
        }
    }

    @Test
    void ofABackup() {
        neverGoesBack(
                Given.backup(TaskPhase.STREAMING),
                (known, random) -> known.stripe(
                        Given.stripe(1 + random.nextInt(2), StripeState.STREAMING, random.nextInt(1_001))));
    }

    @Test
    void ofARestore() {
        neverGoesBack(
                Given.restore(TaskPhase.APPLYING),
                (known, random) -> known.restore(Given.restoring(RestoreState.APPLYING, random.nextInt(1_001))));
    }
}
