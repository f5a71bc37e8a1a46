package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.STORED;
import static io.bakstripe.coordinator.database.Given.stripe;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotWanted;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The snapshot that follows every restore that opens a database (row R8). */
class InitialSnapshotTest {
    private static final TaskId TWO = new TaskId(2);

    private final Steps steps = new Steps(STORED, () -> new UUID(1, 2));

    @Test
    void aRestoreThatOpensTheDatabaseWantsAnInitialSnapshot() {
        DatabaseRecord recovering = Given.restore(TaskPhase.RECOVERING);

        List<DatabaseEvent> due =
                steps.due(recovering, Given.live().restore(Given.restoring(RestoreState.OPENED, 1_000)), NOON);

        assertThat(due).hasSize(3).element(2).isInstanceOfSatisfying(SnapshotWanted.class, wanted -> {
            assertThat(wanted.kind()).isEqualTo(SnapshotKind.INITIAL);
            assertThat(wanted.restore()).contains(ONE);
            assertThat(wanted.request().database()).isEqualTo(Samples.COPY);
        });
        assertThat(Given.after(recovering, due.toArray(DatabaseEvent[]::new)).idle())
                .isFalse();
    }

    @Test
    void soDoesARestoreWhoseEndOnlyWasToBeRecorded() {
        assertThat(steps.due(Given.restore(TaskPhase.RECOVERED), Given.live(), NOON))
                .hasSize(2)
                .element(1)
                .isInstanceOf(SnapshotWanted.class);
    }

    @Test
    void soDoesTheEndOfASequence() {
        Live opened = Given.live()
                .slot(ONE)
                .start(Check.UNASKED.answered(Optional.empty()))
                .restore(Given.restoring(RestoreState.OPENED, 0));
        DatabaseRecord finishing = Given.after(
                Given.left(),
                Given.created(ONE, new FinishRequest(Samples.COPY)),
                new DatabaseEvent.FinishStarted(ONE, 1, 1, List.of(), NOON));

        assertThat(steps.due(finishing, opened, NOON)).anyMatch(SnapshotWanted.class::isInstance);
    }

    @Test
    void soDoesARestoreThatReplacesADatabase() {
        DatabaseRecord opening = opening();

        List<DatabaseEvent> due = steps.due(opening, Given.live().restore(Given.replaced()), NOON);

        assertThat(due).hasSize(3).element(2).isInstanceOfSatisfying(SnapshotWanted.class, wanted -> {
            assertThat(wanted.kind()).isEqualTo(SnapshotKind.INITIAL);
            assertThat(wanted.restore()).contains(ONE);
        });
        DatabaseRecord replaced = Given.after(opening, due.toArray(DatabaseEvent[]::new));
        assertThat(replaced.kept()).isPresent();
        assertThat(replaced.snapshots().unregistered()).isTrue();
    }

    @Test
    void oneThatWaitsAlreadyIsTakenOfWhatWasRestored() {
        DatabaseRecord opening = Given.after(opening(), Given.wantedSnapshot(Samples.SHOP));

        List<DatabaseEvent> due = steps.due(opening, Given.live().restore(Given.replaced()), NOON);

        assertThat(due).anyMatch(TaskEnded.class::isInstance).noneMatch(SnapshotWanted.class::isInstance);
    }

    /** A restore that is about to be put in the place of a database. */
    private static DatabaseRecord opening() {
        return Course.step(DatabaseRecord.empty(), Samples.replacing(Samples.SHOP), Optional.of(Samples.full()))
                .reported(Given.restoring(RestoreState.APPLIED, 1_000))
                .state();
    }

    @Test
    void aStepThatLeavesTheDatabaseRestoringWantsNone() {
        DatabaseRecord keeping = Given.restore(TaskPhase.KEEPING);
        assertThat(keeping.tasks().get(0).origin().request())
                .isEqualTo(Samples.step(BackupType.FULL, Recovery.NORECOVERY));

        List<DatabaseEvent> due = steps.due(keeping, Given.live().restore(Given.kept(Samples.full(), false)), NOON);

        assertThat(due).anyMatch(TaskEnded.class::isInstance).noneMatch(SnapshotWanted.class::isInstance);
    }

    @Test
    void theInstanceClosesTheRestoreOnlyOnceItKnowsTheInitialSnapshot() {
        DatabaseRecord wanted = initialWanted();
        Orders orders = new Orders(Samples.COPY_REF);

        List<Order> before = orders.due(wanted, Given.live(), new Tidying(Samples.COPY_REF));
        DatabaseRecord created = registered(wanted);
        List<Order> after = orders.due(created, Given.live(), new Tidying(Samples.COPY_REF));

        assertThat(before).hasSize(1).allMatch(Order.RegisterSnapshot.class::isInstance);
        assertThat(after).contains(new Order.ReleaseSlot(ONE, false)).noneMatch(Order.RequestSlot.class::isInstance);
    }

    private DatabaseRecord initialWanted() {
        DatabaseRecord recovering = Given.restore(TaskPhase.RECOVERING);
        Live opened = Given.live().restore(Given.restoring(RestoreState.OPENED, 1_000));
        return Given.after(recovering, steps.due(recovering, opened, NOON).toArray(DatabaseEvent[]::new));
    }

    private DatabaseRecord registered(DatabaseRecord wanted) {
        UUID submission = wanted.snapshots().pending().orElseThrow().id().value();
        return Given.after(
                wanted,
                Snapshotting.registered(wanted, new Registered(submission, TWO), NOON)
                        .orElseThrow());
    }

    @Test
    void aRestoreWhoseInitialSnapshotFailedStaysSuccessfulAndSaysSo() {
        DatabaseRecord failing = Given.after(
                registered(initialWanted()),
                new BackupStarted(TWO, 1, 1, Samples.SET, List.of(), NOON, BackupBasis.full(false)),
                new BackupOpened(TWO, 1, Samples.start(), List.of(1_000L), 7, NOON),
                new AttemptFailed(TWO, 1, DENIED, false, NOON));
        Live gone = Given.live().stripe(stripe(1, StripeState.ABORTED, 0)).sessionEnded();
        Instant later = NOON.plus(Duration.ofMinutes(1));

        List<DatabaseEvent> due = steps.due(failing, gone, later);

        assertThat(due)
                .singleElement()
                .isInstanceOfSatisfying(
                        SnapshotEnded.class,
                        ended -> assertThat(ended.restore().orElseThrow().row().lifecycle())
                                .isEqualTo(Lifecycle.SUCCESS));
        DatabaseRecord state = Given.after(failing, due.get(0));
        assertThat(state.ended(ONE).orElseThrow().detail().row()).satisfies(row -> {
            assertThat(row.taskInfo())
                    .contains("100 percent processed.")
                    .endsWith(
                            "the initial snapshot of the restored database could not be taken: " + DENIED.asTaskInfo());
            assertThat(row.lastUpdated()).isEqualTo(later);
        });
        assertThat(state.restored()).contains(Samples.COPY);
    }

    @Test
    void aSecondAnswerOfTheInstanceChangesNothing() {
        DatabaseRecord created = registered(initialWanted());
        UUID submission = created.snapshots().pending().orElseThrow().id().value();

        assertThat(Snapshotting.registered(created, new Registered(submission, TWO), NOON))
                .isEmpty();
        assertThat(created.ofSubmission(submission)).contains(TWO);
    }
}
