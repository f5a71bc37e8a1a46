package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.after;
import static io.bakstripe.coordinator.database.Given.live;
import static io.bakstripe.coordinator.database.Given.restore;
import static io.bakstripe.coordinator.database.Given.restoring;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreApplied;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RestoreStepsTest {
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
    void recordsProgressAndTheAppliedSet() {
        DatabaseRecord applying = restore(TaskPhase.APPLYING);

        assertThat(due(applying, live())).isEmpty();
        assertThat(due(applying, live().restore(restoring(RestoreState.APPLYING, 500))))
                .containsExactly(new ProgressReported(ONE, 1, 45, List.of(500L), List.of(1_000L), NOON));
        assertThat(due(applying, live().restore(restoring(RestoreState.APPLIED, 1_000))))
                .singleElement()
                .isInstanceOf(RestoreApplied.class);
    }

    @Test
    void endsWithAnOnlineDatabase() {
        List<DatabaseEvent> events =
                due(restore(TaskPhase.RECOVERING), live().restore(restoring(RestoreState.OPENED, 1_000)));

        assertThat(events).hasSize(2);
        assertThat(events.get(0)).isEqualTo(new DatabaseOpened(ONE, 1, Samples.COPY, NOON));
        DatabaseRecord state = after(restore(TaskPhase.RECOVERING), events.get(0), events.get(1));
        assertThat(state.restored()).contains(Samples.COPY);
        assertThat(state.recent().get(0).detail().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
    }

    @Test
    void discardsWhatAFailedAttemptWrote() {
        DatabaseRecord applying = restore(TaskPhase.APPLYING);
        Live damaged = live().restore(
                        restoring(RestoreState.FAILED, 10, BackupError.FILE_DAMAGED.problem("f", "3", "checksum")));

        List<DatabaseEvent> failed = due(applying, damaged);

        assertThat(failed)
                .singleElement()
                .isInstanceOfSatisfying(
                        AttemptFailed.class, event -> assertThat(event.again()).isFalse());
        DatabaseRecord discarding = after(applying, failed.get(0));
        assertThat(due(discarding, damaged)).isEmpty();
        TaskEnded ended = ended(due(discarding, live().restore(restoring(RestoreState.DISCARDED, 0))));
        assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(after(discarding, ended).restored()).isEmpty();
    }

    @Test
    void asksAServerThatDoesNotOpenAgainUpToItsLimit() {
        DatabaseRecord recovering = restore(TaskPhase.RECOVERING);
        Live failing = live().restore(restoring(
                RestoreState.FAILED, 1_000, BackupError.SERVER_NOT_STARTED.problem("Copy", "x", "log")));

        assertThat(due(recovering, failing)).isEmpty();
        assertThat(steps.due(recovering, failing, LATE))
                .singleElement()
                .isInstanceOfSatisfying(
                        AttemptFailed.class, event -> assertThat(event.again()).isFalse());
    }
}
