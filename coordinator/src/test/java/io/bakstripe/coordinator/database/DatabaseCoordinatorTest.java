package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DatabaseCoordinatorTest extends AmongProbes {
    @Nested
    class WhenBackingUp {
        @Test
        void goesFromSlotToSuccessThroughEveryPhase() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            assertThat(session(tick -> tick.goal() == SessionGoal.OPEN
                                    && tick.opened().isEmpty())
                            .spec()
                            .stripes())
                    .isEqualTo(2);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            session(tick -> tick.goal() == SessionGoal.OPEN && tick.opened().isPresent());
            StripeCommand.Ensure second = stripe(2, StripeGoal.STREAM);
            assertThat(second.spec().file().key()).isEqualTo("shop2-of-2.bak");
            assertThat(second.spec().dataBytes()).isEqualTo(1_000);
            assertThat(second.stop()).isEmpty();
            stripes(StripeState.DRAINED, 1);
            phase(TaskPhase.STOPPING);
            session(tick ->
                    tick.goal() == SessionGoal.STOP_ENGINE && tick.opened().isPresent());
            tell(new EngineStopped(Given.FIRST, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9));
            phase(TaskPhase.CLOSING);
            assertThat(stripe(1, StripeGoal.CLOSE).stop()).contains(Samples.stop());
            stripes(StripeState.PREPARED, 1);
            passes();
            phase(TaskPhase.PUBLISHING);
            stripe(1, StripeGoal.PUBLISH);
            session(tick -> tick.goal() == SessionGoal.END);
            stripes(StripeState.PUBLISHED, 1);
            tell(new SessionEnded(Given.FIRST, 1));

            assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
            assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
            restartsEqual();
            assertThat(instanceGets(ReleaseSlot.class).task()).isEqualTo(ONE);
            tell(new SlotReleased(ONE));
            Awaitility.await().until(() -> database.getState().idle());
        }

        @Test
        void ignoresReportsOfAnotherEpochOrAttempt() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);

            tell(new SessionOpened(Given.FIRST, 2, Samples.start(), List.of(1L, 1L), 7));
            tell(new SessionFailed(new AttemptRef(Samples.INSTANCE, ONE, 2), 1, LOST));
            tell(report(1, StripeState.FAILED, 7));

            assertThat(Given.phaseOf(database.getState())).isEqualTo(TaskPhase.OPENING);
        }

        @Test
        void rollsBackAndBeginsAgain() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            tell(new SessionFailed(Given.FIRST, 1, LOST));
            phase(TaskPhase.ROLLING_BACK);
            stripe(1, StripeGoal.ABORT);
            session(tick -> tick.goal() == SessionGoal.END);
            stripes(StripeState.ABORTED, 1);
            tell(new SessionEnded(Given.FIRST, 1));
            clock.advance(SETTINGS.retryDelay());

            phase(TaskPhase.OPENING);

            assertThat(database.getState().tasks().get(0).running().number()).isEqualTo(2);
            assertThat(session(tick -> tick.goal() == SessionGoal.OPEN
                                    && tick.opened().isEmpty())
                            .epoch())
                    .isEqualTo(2);
            assertThat(describe().row().taskInfo())
                    .contains("Attempt 1 failed: " + LOST.detail())
                    .contains("Attempt 2 has started.");
        }

        @Test
        void showsWhatTheWorkersReportedLast() {
            started(Samples.backup(Samples.SHOP, 2));
            phase(TaskPhase.OPENING);
            tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
            phase(TaskPhase.STREAMING);
            tell(Given.stripe(1, StripeState.STREAMING, 600));

            TaskDetail detail = describe();

            assertThat(detail.bytesDone()).isEqualTo(600);
            assertThat(detail.bytesTotal()).isEqualTo(2_000);
            assertThat(detail.row().percentComplete()).isEqualTo(25);
            assertThat(detail.stripes().get(0).node()).contains("node-1");
            assertThat(detail.stripes().get(1).state()).isEqualTo("waiting");
        }

        private TaskDetail describe() {
            return database.<TaskDescriptions>runCommand(
                            replyTo -> new DescribeTasks(List.of(ONE, ONE.next()), replyTo))
                    .reply()
                    .tasks()
                    .get(0);
        }
    }

    @Nested
    class WhenRestoring {
        @Test
        void goesFromSlotToAnOnlineDatabase() {
            started(Samples.restore(Samples.COPY));
            phase(TaskPhase.APPLYING);
            restore(RestoreGoal.APPLY);
            tell(Given.restoring(RestoreState.STARTING, 0));
            tell(Given.restoring(RestoreState.APPLIED, 1_000));
            phase(TaskPhase.RECOVERING);
            restore(RestoreGoal.OPEN);
            tell(Given.restoring(RestoreState.OPENED, 1_000));

            assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
            assertThat(database.getState().restored()).contains(Samples.COPY);
            assertThat(instanceGets(InstanceCommand.ReleaseSlot.class).task()).isEqualTo(ONE);
        }

        @Test
        void leavesNothingBehindWhenItFails() {
            started(Samples.restore(Samples.COPY));
            phase(TaskPhase.APPLYING);
            tell(Given.restoring(RestoreState.FAILED, 0, DENIED));
            phase(TaskPhase.DISCARDING);
            restore(RestoreGoal.DISCARD);
            tell(Given.restoring(RestoreState.DISCARDED, 0));

            assertThat(ended().row().taskInfo()).endsWith(DENIED.asTaskInfo());
            assertThat(database.getState().restored()).isEmpty();
        }
    }
}
