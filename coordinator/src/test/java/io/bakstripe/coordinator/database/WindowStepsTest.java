package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A daily backup window from 03:00 to 03:30 and a maintenance window on Sundays from 05:00 to 06:00. */
class WindowStepsTest {
    private static final Instant BEFORE = Instant.parse("2026-11-23T02:59:59.999Z");
    private static final Instant OPEN = Instant.parse("2026-11-23T03:00:00Z");
    private static final Instant BEHIND = Instant.parse("2026-11-23T03:30:00Z");
    private static final Instant MAINTENANCE = Instant.parse("2026-11-22T05:30:00Z");
    private static final InstanceDefinition WINDOWS = Samples.complete(1);
    private static final Steps STEPS = new Steps(Given.SETTINGS, () -> new UUID(1, 2));

    /** The state with the windows in the view of its task. */
    private static DatabaseRecord with(DatabaseRecord state) {
        TaskState task = state.tasks().get(0);
        TaskOrigin origin = task.origin();
        TaskOrigin windowed = new TaskOrigin(
                origin.submission(),
                origin.key(),
                origin.request(),
                origin.display(),
                new InstanceView(WINDOWS, true),
                origin.login(),
                origin.waitsFor(),
                origin.createdAt(),
                origin.set(),
                origin.snapshot());
        TaskState moved = new TaskState(
                task.id(),
                windowed,
                task.phase(),
                task.startedAt(),
                task.attempt(),
                task.bestPercent(),
                task.fruitless(),
                task.lines(),
                task.updatedAt(),
                task.cancellation(),
                task.set());
        return new DatabaseRecord(
                state.restored(),
                state.position(),
                List.of(moved),
                state.recent(),
                state.unreleased(),
                state.history(),
                state.leftovers(),
                state.untold(),
                state.snapshots(),
                state.kept());
    }

    private static DatabaseRecord waiting(TaskRequest request) {
        TaskCreated created = Given.created(ONE, request);
        return with(Given.after(DatabaseRecord.empty(), created));
    }

    private static List<DatabaseEvent> due(DatabaseRecord state, Live live, Instant now) {
        return STEPS.due(state, live, now);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENING", "STREAMING", "STOPPING", "CLOSING", "ROLLING_BACK"})
    void aRunningBackupIsCancelledWhenTheBackupWindowOpens(TaskPhase phase) {
        DatabaseRecord state = with(Given.backup(phase));

        assertThat(due(state, Given.live(), BEFORE)).noneMatch(CancelRequested.class::isInstance);
        List<DatabaseEvent> events = due(state, Given.live(), OPEN);

        assertThat(events).hasSize(1);
        DatabaseRecord cancelled = Given.after(state, events.get(0));
        assertThat(Given.phaseOf(cancelled)).isEqualTo(TaskPhase.ROLLING_BACK);
        TaskState task = cancelled.tasks().get(0);
        assertThat(task.lines().get(task.lines().size() - 1))
                .isEqualTo(
                        "[2026-11-23 03:00:00.000] Aborted the task because of a task failure or an overlap with your"
                                + " preferred backup window for RDS automated backup. [BAK-2163] Hint: The backup window"
                                + " 03:00-03:30 (UTC) closes at 2026-11-23T03:30:00Z: call again then.");
        assertThat(due(cancelled, Given.live(), OPEN)).as("once").noneMatch(CancelRequested.class::isInstance);
    }

    @Test
    void pastItsCommitPointABackupGoesOn() {
        assertThat(due(with(Given.backup(TaskPhase.PUBLISHING)), Given.live(), OPEN))
                .isEmpty();
    }

    @Test
    void aBackupThatHasFailedKeepsItsError() {
        DatabaseRecord failed =
                with(Given.after(Given.backup(TaskPhase.STREAMING), new AttemptFailed(ONE, 1, DENIED, false, BEFORE)));

        assertThat(due(failed, Given.live(), OPEN)).noneMatch(CancelRequested.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource(names = {"APPLYING", "KEEPING", "RECOVERING", "DISCARDING"})
    void restoresGoOnInEveryWindow(TaskPhase phase) {
        assertThat(due(with(Given.restore(phase)), Given.live(), OPEN)).noneMatch(CancelRequested.class::isInstance);
        assertThat(due(with(Given.restore(phase)), Given.live(), MAINTENANCE)).noneMatch(TaskEnded.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENING", "STREAMING", "STOPPING", "CLOSING"})
    void aBackupThatRunsAlreadyGoesOnInTheMaintenanceWindow(TaskPhase phase) {
        assertThat(due(with(Given.backup(phase)), Given.live(), MAINTENANCE)).isEmpty();
    }

    @Test
    void aBackupWhoseTurnComesInTheBackupWindowIsCancelled() {
        DatabaseRecord state = waiting(Samples.backup(Samples.SHOP, 2));

        List<DatabaseEvent> events = due(state, Given.live().slot(ONE), OPEN);

        assertThat(events).hasSize(2);
        TaskEnded ended = (TaskEnded) events.get(1);
        assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(ended.detail().row().taskInfo())
                .contains("an overlap with your preferred backup window")
                .endsWith("Task has been cancelled.");
        assertThat(Given.after(state, events.toArray(DatabaseEvent[]::new)).tasks())
                .isEmpty();
    }

    @Test
    void aBackupWhoseTurnComesInTheMaintenanceWindowEndsInError() {
        DatabaseRecord state = waiting(Samples.backup(Samples.SHOP, 2));

        TaskEnded ended =
                (TaskEnded) due(state, Given.live().slot(ONE), MAINTENANCE).get(0);

        assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(ended.detail().problem().map(Problem::error)).contains(BackupError.MAINTENANCE_WINDOW);
        assertThat(ended.detail().row().taskInfo())
                .contains("no backup begins in the maintenance window sun:05:00-sun:06:00 (UTC)");
    }

    @Test
    void aBackupThatOnlyWaitsSitsTheWindowsOut() {
        DatabaseRecord state = waiting(Samples.backup(Samples.SHOP, 2));

        assertThat(due(state, Given.live(), OPEN)).isEmpty();
        assertThat(due(state, Given.live(), MAINTENANCE)).isEmpty();
        assertThat(due(state, passed(), BEHIND)).singleElement().isInstanceOf(BackupStarted.class);
    }

    @Test
    void aRestoreWhoseTurnComesInAWindowBegins() {
        DatabaseRecord state = waiting(Samples.restore(Samples.COPY));

        assertThat(due(state, passed(), OPEN)).singleElement().isInstanceOf(DatabaseEvent.RestoreStarted.class);
        assertThat(due(state, passed(), MAINTENANCE)).singleElement().isInstanceOf(DatabaseEvent.RestoreStarted.class);
    }

    @Test
    void leavesSnapshotsAlone() {
        DatabaseRecord waiting = Given.after(
                DatabaseRecord.empty(), Given.wantedSnapshot(Samples.SHOP), new SnapshotCreated(ONE, BEFORE));
        DatabaseRecord running =
                Course.snapshot(DatabaseRecord.empty(), Samples.SHOP).opened().state();

        for (Instant window : List.of(OPEN, MAINTENANCE)) {
            assertThat(due(with(waiting), passed(), window)).singleElement().isInstanceOf(BackupStarted.class);
            assertThat(due(with(running), Given.live(), window)).noneMatch(CancelRequested.class::isInstance);
        }
    }

    private static Live passed() {
        return Given.live().slot(ONE).start(Check.UNASKED.answered(Optional.empty()));
    }
}
