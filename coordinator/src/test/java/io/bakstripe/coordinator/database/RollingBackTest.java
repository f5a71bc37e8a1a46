package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.after;
import static io.bakstripe.coordinator.database.Given.backup;
import static io.bakstripe.coordinator.database.Given.live;
import static io.bakstripe.coordinator.database.Given.stripe;
import static io.bakstripe.coordinator.database.Given.stripes;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStopped;
import io.bakstripe.coordinator.journal.DatabaseEvent.DataDrained;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RollingBackTest {
    private static final Instant LATE = NOON.plusSeconds(600);
    private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));

    private List<DatabaseEvent> due(DatabaseRecord state, Live live) {
        return steps.due(state, live, NOON);
    }

    private static TaskEnded ended(List<DatabaseEvent> events) {
        assertThat(events).hasSize(1).first().isInstanceOf(TaskEnded.class);
        return (TaskEnded) events.get(0);
    }

    @Test
    void waitsForStripesSessionAndDelay() {
        DatabaseRecord rolling = backup(TaskPhase.ROLLING_BACK);
        Live aborted = stripes(StripeState.ABORTED, StripeState.ABORTED);
        Instant soon = NOON.plus(SETTINGS.retryDelay());

        assertThat(steps.due(rolling, aborted, soon)).isEmpty();
        assertThat(steps.due(rolling, live().sessionEnded(), soon)).isEmpty();
        assertThat(due(rolling, aborted.sessionEnded())).isEmpty();
        assertThat(steps.due(rolling, aborted.sessionEnded(), soon))
                .singleElement()
                .isInstanceOfSatisfying(BackupStarted.class, next -> {
                    assertThat(next.attempt()).isEqualTo(2);
                    assertThat(next.epoch()).isEqualTo(2);
                });
    }

    @Test
    void goesOnWithoutConfirmationAfterItsLimit() {
        assertThat(steps.due(backup(TaskPhase.ROLLING_BACK), live(), NOON.plus(SETTINGS.rollbackLimit())))
                .last()
                .isInstanceOf(BackupStarted.class);
    }

    @Test
    void givesUpAfterThreeFruitlessAttempts() {
        DatabaseRecord state = backup(TaskPhase.OPENING);
        for (int attempt = 1; attempt <= 2; attempt++) {
            AttemptFailed failed =
                    (AttemptFailed) due(state, live().sessionFailed(LOST)).get(0);
            assertThat(failed.again()).isTrue();
            state = after(
                    state,
                    failed,
                    new BackupStarted(
                            ONE, attempt + 1, attempt + 1, Samples.SET, List.of(), NOON, BackupBasis.full(true)));
        }

        AttemptFailed last =
                (AttemptFailed) due(state, live().sessionFailed(LOST)).get(0);

        assertThat(last.again()).isFalse();
        assertThat(last.problem().error()).isEqualTo(BackupError.ATTEMPTS_EXHAUSTED);
        assertThat(last.problem().detail()).contains("3 attempts").contains(LOST.detail());
        TaskEnded ended = ended(due(after(state, last), live().sessionEnded()));
        assertThat(ended.detail().row().taskInfo()).endsWith(last.problem().asTaskInfo());
    }

    @Test
    void recordsTheUploadsThatTheStoreHasNotConfirmed() {
        DatabaseRecord rolling = backup(TaskPhase.ROLLING_BACK);
        Live one = live().stripe(stripe(1, StripeState.ABORTED, 0)).sessionEnded();

        List<DatabaseEvent> events = steps.due(rolling, one, NOON.plus(SETTINGS.rollbackLimit()));

        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .isEqualTo(new UploadsLeft(ONE, 1, 1, List.of(2), NOON.plus(SETTINGS.rollbackLimit())));
        assertThat(events.get(1)).isInstanceOf(BackupStarted.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION_LOST", "WAL_GONE", "STORE_FAILED", "STOPPED_BY_NODE", "DATABASE_UNREACHABLE"})
    void beginsAgainAfterWhatAnotherAttemptMayNotMeet(BackupError error) {
        Problem problem = error.problem("a", "b", "c");
        for (TaskPhase phase : List.of(TaskPhase.STOPPING, TaskPhase.CLOSING)) {
            assertThat(due(backup(phase), live().stripe(stripe(1, StripeState.FAILED, 0, problem))))
                    .containsExactly(new AttemptFailed(ONE, 1, problem, true, NOON));
            assertThat(due(backup(phase), live().sessionFailed(problem)))
                    .containsExactly(new AttemptFailed(ONE, 1, problem, true, NOON));
        }
    }

    @Test
    void countsReachingTheStoppedEngineAsProgress() {
        DatabaseRecord state = backup(TaskPhase.STOPPING);
        state = failedAndBegun(state, 1);
        state = failedAndBegun(drained(state, 2), 2);
        assertThat(state.tasks().get(0).fruitless()).isEqualTo(2);

        DatabaseRecord closing = after(
                drained(state, 3), new BackupStopped(ONE, 3, Samples.stop(), List.of(), List.of(1L, 1L), 9, NOON));

        AttemptFailed failed =
                (AttemptFailed) due(closing, live().sessionFailed(LOST)).get(0);
        assertThat(failed.again()).isTrue();
        assertThat(after(closing, failed).tasks().get(0).fruitless()).isEqualTo(1);
    }

    private DatabaseRecord drained(DatabaseRecord state, int attempt) {
        return after(
                state,
                new BackupOpened(ONE, attempt, Samples.start(), List.of(1_000L, 1_000L), 1, NOON),
                new DataDrained(ONE, attempt, NOON));
    }

    private DatabaseRecord failedAndBegun(DatabaseRecord state, int attempt) {
        return after(
                state,
                due(state, live().sessionFailed(LOST)).get(0),
                new BackupStarted(ONE, attempt + 1, attempt + 1, Samples.SET, List.of(), NOON, BackupBasis.full(true)));
    }

    @Test
    void countsAnewAfterProgress() {
        DatabaseRecord state = backup(TaskPhase.OPENING);
        for (int attempt = 1; attempt <= 4; attempt++) {
            state = after(
                    state,
                    new BackupOpened(ONE, attempt, Samples.start(), List.of(1_000L, 1_000L), 1, NOON),
                    new ProgressReported(ONE, attempt, 10 * attempt, List.of(1L, 1L), List.of(), NOON));
            AttemptFailed failed =
                    (AttemptFailed) due(state, live().sessionFailed(LOST)).get(0);
            assertThat(failed.again()).as("attempt %s", attempt).isTrue();
            state = after(
                    state,
                    failed,
                    new BackupStarted(
                            ONE, attempt + 1, attempt + 1, Samples.SET, List.of(), NOON, BackupBasis.full(true)));
        }
    }
}
