package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.after;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.coordinator.journal.DatabaseEvent.FinishStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SetSealed;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CancelRulesTest {
    private static final RequestKey KEY = new RequestKey("c1", "hash");

    private static CancelRules.Decision decide(DatabaseRecord state) {
        return decide(state, Optional.of(KEY));
    }

    private static CancelRules.Decision decide(DatabaseRecord state, Optional<RequestKey> key) {
        Cancel call =
                new Cancel(ONE, Samples.ME, key, TestInbox.<CancelReply>create().getRef());
        return CancelRules.decide(state, call, NOON);
    }

    private static DatabaseRecord cancelled(DatabaseRecord state) {
        return after(state, decide(state).events().toArray(DatabaseEvent[]::new));
    }

    private static BackupError refused(CancelRules.Decision decision) {
        assertThat(decision.events()).isEmpty();
        return ((CancelReply.Refused) decision.reply().orElseThrow()).problem().error();
    }

    @Test
    void endsAWaitingTaskAtOnce() {
        List<DatabaseEvent> events = decide(Given.backup(TaskPhase.WAITING)).events();

        assertThat(events).hasSize(2);
        assertThat(events.get(0)).isInstanceOf(CancelRequested.class);
        TaskEnded ended = (TaskEnded) events.get(1);
        assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(ended.detail().row().taskInfo().lines())
                .containsExactly(
                        "[2026-03-04 12:00:00.250] Task cancellation has been requested.",
                        "[2026-03-04 12:00:00.250] Task has been cancelled.");
    }

    @Test
    void showsTheRequestFromTheMomentItIsRecorded() {
        DatabaseRecord state = cancelled(Given.backup(TaskPhase.STREAMING));

        assertThat(TaskDetails.unfinished(state.tasks().get(0), Given.live(), NOON)
                        .row()
                        .lifecycle())
                .isEqualTo(Lifecycle.CANCEL_REQUESTED);
        assertThat(Given.phaseOf(state)).isEqualTo(TaskPhase.ROLLING_BACK);
    }

    @Test
    void recordsARepeatedRequestOnce() {
        DatabaseRecord state = cancelled(Given.backup(TaskPhase.PUBLISHING));

        CancelRules.Decision again = decide(state, Optional.empty());

        assertThat(again.events()).isEmpty();
        assertThat(again.reply()).isEmpty();
    }

    @Test
    void holdsTheRequestWhenItComesBeforeTheCommitPoint() {
        DatabaseRecord closing = cancelled(Given.backup(TaskPhase.CLOSING));
        Live prepared = Given.stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targets(Check.UNASKED.answered(Optional.empty()));

        assertThat(new Steps(Given.SETTINGS, () -> new UUID(1, 2)).due(closing, prepared, NOON))
                .noneMatch(SetSealed.class::isInstance);
    }

    @Test
    void holdsTheCommitPointWhenItComesBeforeTheRequest() {
        DatabaseRecord publishing = cancelled(Given.backup(TaskPhase.PUBLISHING));
        Live published =
                Given.stripes(StripeState.PUBLISHED, StripeState.PUBLISHED).sessionEnded();

        TaskEnded end = (TaskEnded) new Steps(Given.SETTINGS, () -> new UUID(1, 2))
                .due(publishing, published, NOON)
                .get(0);

        assertThat(end.detail().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(end.detail().row().taskInfo())
                .contains("The request to cancel the task came after its commit point");
    }

    @Test
    void refusesOnceTheRestoredServerMayHaveBeenStarted() {
        assertThat(refused(decide(Given.restore(TaskPhase.RECOVERING)))).isEqualTo(BackupError.CANCEL_TOO_LATE);
        assertThat(refused(decide(Given.restore(TaskPhase.RECOVERED)))).isEqualTo(BackupError.CANCEL_TOO_LATE);
        assertThat(BackupError.CANCEL_TOO_LATE.category().status()).isEqualTo(409);
    }

    @Test
    void refusesOnceAStepMayBePartOfTheDatabase() {
        assertThat(refused(decide(Given.restore(TaskPhase.KEEPING)))).isEqualTo(BackupError.CANCEL_TOO_LATE);
        assertThat(refused(decide(Given.restore(TaskPhase.KEPT)))).isEqualTo(BackupError.CANCEL_TOO_LATE);
    }

    @Test
    void refusesForATaskThatOnlyOpensADatabase() {
        DatabaseRecord waiting = after(Given.left(), Given.created(ONE, new FinishRequest(Samples.COPY)));
        DatabaseRecord recovering = after(waiting, new FinishStarted(ONE, 1, 1, List.of("begins"), NOON));

        assertThat(refused(decide(waiting))).isEqualTo(BackupError.CANCEL_TOO_LATE);
        assertThat(refused(decide(recovering))).isEqualTo(BackupError.CANCEL_TOO_LATE);
        assertThat(Given.phaseOf(recovering)).isEqualTo(TaskPhase.RECOVERING);
    }

    @Test
    void refusesForAnEndedTaskUnlessTheCallIsRepeated() {
        DatabaseRecord ended = cancelled(Given.backup(TaskPhase.WAITING));

        assertThat(decide(ended).reply()).isEmpty();
        assertThat(decide(ended).events()).isEmpty();
        assertThat(refused(decide(ended, Optional.empty()))).isEqualTo(BackupError.TASK_ENDED);
        assertThat(refused(decide(ended, Optional.of(new RequestKey("c2", "hash")))))
                .isEqualTo(BackupError.TASK_ENDED);
    }

    @Test
    void knowsNothingOfOtherTasks() {
        Cancel call = new Cancel(
                new TaskId(7),
                Samples.ME,
                Optional.of(KEY),
                TestInbox.<CancelReply>create().getRef());

        assertThat(CancelRules.decide(Given.backup(TaskPhase.STREAMING), call, NOON)
                        .reply())
                .contains(new CancelReply.Unknown());
    }

    @Test
    void leavesTheVerdictToAFailureThatWasRecordedFirst() {
        DatabaseRecord failed =
                after(Given.backup(TaskPhase.STREAMING), new AttemptFailed(ONE, 1, DENIED, false, NOON));
        DatabaseRecord state = cancelled(failed);
        Live aborted = Given.stripes(StripeState.ABORTED, StripeState.ABORTED).sessionEnded();

        TaskEnded end = (TaskEnded) new Steps(Given.SETTINGS, () -> new UUID(1, 2))
                .due(state, aborted, NOON)
                .get(0);

        assertThat(end.detail().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(end.detail().problem()).contains(DENIED);
        assertThat(end.detail().row().taskInfo()).contains("The request to cancel the task came after it had failed.");
    }

    @Test
    void failsTheRestoreStepThatWaitedForTheCancelledOne() {
        DatabaseRecord two = after(
                Given.restore(TaskPhase.WAITING), Given.created(new TaskId(2), Samples.restore(Samples.COPY), ONE));
        DatabaseRecord state = cancelled(two);

        TaskEnded end = (TaskEnded) new Steps(Given.SETTINGS, () -> new UUID(1, 2))
                .due(state, Given.live(), NOON)
                .get(0);

        assertThat(end.task()).isEqualTo(new TaskId(2));
        assertThat(end.detail().problem()).contains(BackupError.RESTORE_STEP_FAILED.problem(ONE));
    }

    @Test
    void keepsWhatIsKnownOfTheRunningTaskWhenAWaitingOneIsCancelled() {
        TaskId second = new TaskId(2);
        DatabaseRecord two =
                after(Given.backup(TaskPhase.STREAMING), Given.created(second, Samples.backup(Samples.SHOP, 1)));
        Live live = Given.stripes(StripeState.STREAMING, StripeState.DRAINED);
        Cancel call = new Cancel(
                second,
                Samples.ME,
                Optional.empty(),
                TestInbox.<CancelReply>create().getRef());

        Live left = live;
        for (DatabaseEvent event : CancelRules.decide(two, call, NOON).events()) {
            left = left.after(event, Optional.of(ONE));
        }

        assertThat(left).isEqualTo(live);
    }
}
