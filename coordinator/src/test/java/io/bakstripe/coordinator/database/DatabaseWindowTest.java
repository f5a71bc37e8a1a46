package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows that open in the middle of a task; the clock is the test's, and begins at noon. */
class DatabaseWindowTest extends AmongProbes {
    @Override
    InstanceView view() {
        return new InstanceView(Samples.complete(1), true);
    }

    private void threeOClockComes() {
        clock.advance(Duration.between(clock.instant(), Instant.parse("2026-03-05T03:00:00Z")));
    }

    @Test
    void theBackupWindowRollsARunningBackupBackAndGivesItsSlotAway() {
        started(Samples.backup(Samples.SHOP, 2));
        phase(TaskPhase.OPENING);
        tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
        phase(TaskPhase.STREAMING);

        threeOClockComes();
        phase(TaskPhase.ROLLING_BACK);
        stripe(1, StripeGoal.ABORT);
        stripes(StripeState.ABORTED, 1);
        tell(new SessionEnded(Given.FIRST, 1));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(ended().row().taskInfo())
                .contains("an overlap with your preferred backup window for RDS automated backup.")
                .endsWith("Task has been cancelled.");
        assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(Given.ONE);
        assertThat(database.getState().leftovers()).isEmpty();
    }

    @Test
    void theBackupWindowLeavesARestoreAlone() {
        started(Samples.restore(Samples.COPY));
        phase(TaskPhase.APPLYING);

        threeOClockComes();
        tell(Given.restoring(RestoreState.APPLIED, 1_000));
        phase(TaskPhase.RECOVERING);
        tell(Given.restoring(RestoreState.OPENED, 1_000));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
    }
}
