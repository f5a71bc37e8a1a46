package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseCancelTest extends AmongProbes {
    private CancelReply cancel() {
        return database.<CancelReply>runCommand(replyTo -> new Cancel(ONE, Samples.ME, Optional.empty(), replyTo))
                .reply();
    }

    private TaskRow cancelled() {
        return ((CancelReply.Accepted) cancel()).row();
    }

    private void streams() {
        started(Samples.backup(Samples.SHOP, 2));
        phase(TaskPhase.OPENING);
        tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
        phase(TaskPhase.STREAMING);
    }

    @Test
    void rollsABackupBackAndBeginsNoOtherAttempt() {
        streams();

        assertThat(cancelled().lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        phase(TaskPhase.ROLLING_BACK);
        assertThat(cancelled().lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        session(tick -> tick.goal() == SessionGoal.END);
        stripe(1, StripeGoal.ABORT);
        stripes(StripeState.ABORTED, 1);
        tell(new SessionEnded(Given.FIRST, 1));

        TaskRow row = ended().row();
        assertThat(row.lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(row.taskInfo()).endsWith("Task has been cancelled.");
        assertThat(database.getState().leftovers()).isEmpty();
        ReleaseSlot release = instanceGets(ReleaseSlot.class);
        assertThat(release.task()).isEqualTo(ONE);
        assertThat(release.leftovers()).isFalse();
        assertThat(((CancelReply.Refused) cancel()).problem().error()).isEqualTo(BackupError.TASK_ENDED);
    }

    @Test
    void endsInsteadOfTryingAgainWhenItWasRollingBack() {
        streams();
        tell(new SessionFailed(Given.FIRST, 1, LOST));
        phase(TaskPhase.ROLLING_BACK);

        assertThat(cancelled().lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        stripes(StripeState.ABORTED, 1);
        tell(new SessionEnded(Given.FIRST, 1));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(ended().attempt()).isEqualTo(1);
    }

    @Test
    void endsAWaitingTaskAtOnceAndGivesTheSlotBackThatComesTooLate() {
        created(Samples.backup(Samples.SHOP, 2));

        assertThat(cancelled().lifecycle()).isEqualTo(Lifecycle.CANCELLED);

        assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
        tell(new SlotGranted(ONE));
        assertThat(instanceGets(ProbeAnswer.class)).isEqualTo(new ProbeAnswer(ONE, TaskKnowledge.ENDED));
        tell(new SlotReleased(ONE));
        restartsEqual();
        assertThat(database.getState().tasks()).isEmpty();
    }

    @Test
    void discardsARestoreThatIsApplied() {
        started(Samples.restore(Samples.COPY));
        phase(TaskPhase.APPLYING);

        assertThat(cancelled().lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        phase(TaskPhase.DISCARDING);
        restore(RestoreGoal.DISCARD);
        tell(Given.restoring(RestoreState.DISCARDED, 0));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ABSENT);
    }

    @Test
    void refusesWhileTheRestoredServerStarts() {
        started(Samples.restore(Samples.COPY));
        phase(TaskPhase.APPLYING);
        tell(Given.restoring(RestoreState.APPLIED, 1_000));
        phase(TaskPhase.RECOVERING);

        assertThat(((CancelReply.Refused) cancel()).problem().error()).isEqualTo(BackupError.CANCEL_TOO_LATE);
        tell(Given.restoring(RestoreState.OPENED, 1_000));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
    }
}
