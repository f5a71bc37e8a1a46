package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.after;
import static io.bakstripe.coordinator.database.Given.backup;
import static io.bakstripe.coordinator.database.Given.live;
import static io.bakstripe.coordinator.database.Given.restore;
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
import io.bakstripe.coordinator.journal.DatabaseEvent.PublishingFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SetSealed;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StepsTest {
    private static final Instant LATE = NOON.plusSeconds(600);
    private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));

    private List<DatabaseEvent> due(DatabaseRecord state, Live live) {
        return steps.due(state, live, NOON);
    }

    private static TaskEnded ended(List<DatabaseEvent> events) {
        assertThat(events).hasSize(1).first().isInstanceOf(TaskEnded.class);
        return (TaskEnded) events.get(0);
    }

    @Nested
    class WhenWaiting {
        @Test
        void doesNothingBeforePreflightAnswered() {
            assertThat(due(backup(TaskPhase.WAITING), live().slot(ONE))).isEmpty();
        }

        @Test
        void beginsAnAttemptWithASetOfItsOwn() {
            Live ready = live().slot(ONE).start(Check.UNASKED.asked().answered(Optional.empty()));

            assertThat(due(backup(TaskPhase.WAITING), ready)).singleElement().satisfies(event -> {
                BackupStarted started = (BackupStarted) event;
                assertThat(started.attempt()).isEqualTo(1);
                assertThat(started.epoch()).isEqualTo(1);
                assertThat(started.setId().value()).isEqualTo(new UUID(1, 2));
                assertThat(started.lines())
                        .containsExactly(
                                "Task execution has started.",
                                "BACKUP_DB task will initiate a multi-file task with 2 file(s).  The files are:"
                                        + " shop1-of-2.bak, shop2-of-2.bak.");
            });
            assertThat(due(restore(TaskPhase.WAITING), ready))
                    .containsExactly(new RestoreStarted(
                            ONE, 1, 1, List.of("Task execution has started."), NOON, Optional.empty()));
        }

        @Test
        void saysWhatPreflightWarnedOfWhenTheFirstAttemptBegins() {
            Live ready = live().slot(ONE)
                    .start(Check.UNASKED.asked().answered(Optional.empty(), List.of("Beware."), Optional.empty()));

            BackupStarted started =
                    (BackupStarted) due(backup(TaskPhase.WAITING), ready).get(0);

            assertThat(started.lines())
                    .startsWith("Task execution has started.")
                    .endsWith("Beware.");
        }

        @Test
        void endsWithWhatPreflightFound() {
            Live refused = live().slot(ONE).start(Check.UNASKED.asked().answered(Optional.of(DENIED)));

            TaskEnded ended = ended(due(backup(TaskPhase.WAITING), refused));

            assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
            assertThat(ended.detail().row().taskInfo()).endsWith(DENIED.asTaskInfo());
            assertThat(ended.detail().problem()).contains(DENIED);
        }

        @Test
        void asksPreflightAgainWhenSomethingDoesNotAnswer() {
            Problem silent = BackupError.STORE_UNREACHABLE.problem("timed out");
            Check twice = Check.UNASKED.answered(Optional.of(silent)).answered(Optional.of(silent));

            assertThat(due(backup(TaskPhase.WAITING), live().slot(ONE).start(twice)))
                    .isEmpty();
            assertThat(twice.askable(SETTINGS.attempts())).isTrue();
            assertThat(ended(due(
                                    backup(TaskPhase.WAITING),
                                    live().slot(ONE).start(twice.answered(Optional.of(silent)))))
                            .detail()
                            .problem())
                    .contains(silent);
        }

        @Test
        void endsARestoreStepWhosePredecessorFailed() {
            DatabaseRecord state =
                    after(restore(TaskPhase.WAITING), Given.created(new TaskId(2), Samples.restore(Samples.COPY), ONE));
            Live refused = live().slot(ONE).start(Check.UNASKED.answered(Optional.of(DENIED)));
            DatabaseRecord failed = after(state, ended(due(state, refused)));

            Problem problem = ended(due(failed, live())).detail().problem().orElseThrow();

            assertThat(problem.error()).isEqualTo(BackupError.RESTORE_STEP_FAILED);
            assertThat(problem.detail()).contains("task 1");
        }

        @Test
        void doesNotLetOneBackupFailAnother() {
            DatabaseRecord state =
                    after(backup(TaskPhase.WAITING), Given.created(new TaskId(2), Samples.backup(Samples.SHOP, 1)));
            Live refused = live().slot(ONE).start(Check.UNASKED.answered(Optional.of(DENIED)));
            DatabaseRecord failed = after(state, ended(due(state, refused)));

            assertThat(due(failed, live())).isEmpty();
            assertThat(Steps.head(failed, live()).orElseThrow().id()).isEqualTo(new TaskId(2));
        }

        @Test
        void prefersTheTaskThatHoldsTheSlot() {
            DatabaseRecord state =
                    after(backup(TaskPhase.WAITING), Given.created(new TaskId(2), Samples.backup(Samples.SHOP, 1)));

            assertThat(Steps.head(state, live()).orElseThrow().id()).isEqualTo(ONE);
            assertThat(Steps.head(state, live().slot(new TaskId(2)))
                            .orElseThrow()
                            .id())
                    .isEqualTo(new TaskId(2));
        }
    }

    @Nested
    class WhenBackingUp {
        @Test
        void recordsTheOpenedSession() {
            Live opened = live().opened(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));

            assertThat(due(backup(TaskPhase.OPENING), opened))
                    .containsExactly(new BackupOpened(
                            ONE, 1, Samples.start().on(new UUID(1, 2).toString()), List.of(1_000L, 1_000L), 7, NOON));
        }

        @Test
        void recordsProgressOnceForEveryStep() {
            DatabaseRecord streaming = backup(TaskPhase.STREAMING);
            Live half = live().stripe(stripe(1, StripeState.STREAMING, 1_000));

            List<DatabaseEvent> progress = due(streaming, half);

            assertThat(progress)
                    .containsExactly(new ProgressReported(ONE, 1, 45, List.of(1_000L, 0L), List.of(), NOON));
            DatabaseRecord recorded = after(streaming, progress.get(0));
            assertThat(due(recorded, half)).isEmpty();
            assertThat(due(recorded, live().stripe(stripe(1, StripeState.STARTING, 0))))
                    .isEmpty();
            assertThat(recorded.tasks().get(0).lines())
                    .last()
                    .isEqualTo("[2026-03-04 12:00:00.250] 45 percent processed.");
        }

        @Test
        void goesOnOnlyWhenEveryStripeIsDrained() {
            DatabaseRecord streaming = backup(TaskPhase.STREAMING);

            assertThat(due(streaming, stripes(StripeState.DRAINED, StripeState.STREAMING)))
                    .noneMatch(DataDrained.class::isInstance);
            assertThat(due(streaming, live().stripe(stripe(1, StripeState.DRAINED, 1_000))))
                    .noneMatch(DataDrained.class::isInstance);
            assertThat(due(streaming, stripes(StripeState.DRAINED, StripeState.DRAINED)))
                    .containsExactly(new DataDrained(ONE, 1, NOON));
        }

        @Test
        void recordsTheStoppedEngine() {
            Live stopped =
                    live().stopped(new EngineStopped(Given.FIRST, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9));

            assertThat(due(backup(TaskPhase.STOPPING), stopped))
                    .containsExactly(new BackupStopped(ONE, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9, NOON));
        }

        @Test
        void sealsOnlyWhatIsPreparedAndChecked() {
            DatabaseRecord closing = backup(TaskPhase.CLOSING);
            Live prepared = stripes(StripeState.PREPARED, StripeState.PREPARED);
            Check passed = Check.UNASKED.answered(Optional.empty());

            assertThat(due(closing, prepared)).isEmpty();
            assertThat(due(
                            closing,
                            stripes(StripeState.PREPARED, StripeState.CLOSING).targets(passed)))
                    .isEmpty();
            assertThat(due(closing, prepared.targets(passed))).containsExactly(new SetSealed(ONE, 1, NOON));
            assertThat(due(closing, prepared.targets(Check.UNASKED.answered(Optional.of(DENIED)))))
                    .containsExactly(new AttemptFailed(ONE, 1, DENIED, false, NOON));
        }

        @Test
        void rollsBackWhateverFailsBeforeTheCommitPoint() {
            for (TaskPhase phase :
                    List.of(TaskPhase.OPENING, TaskPhase.STREAMING, TaskPhase.STOPPING, TaskPhase.CLOSING)) {
                assertThat(due(backup(phase), live().sessionFailed(LOST)))
                        .containsExactly(new AttemptFailed(ONE, 1, LOST, true, NOON));
                assertThat(due(backup(phase), live().stripe(stripe(2, StripeState.FAILED, 0, DENIED))))
                        .containsExactly(new AttemptFailed(ONE, 1, DENIED, false, NOON));
            }
        }

        @Test
        void ignoresALostSessionBehindTheCommitPoint() {
            assertThat(due(backup(TaskPhase.PUBLISHING), live().sessionFailed(LOST)))
                    .isEmpty();
        }

        @Test
        void endsWhenAllIsPublishedAndTheSessionEnded() {
            DatabaseRecord publishing = backup(TaskPhase.PUBLISHING);
            Live published = stripes(StripeState.PUBLISHED, StripeState.PUBLISHED);

            assertThat(due(publishing, published)).isEmpty();
            TaskEnded ended = ended(due(publishing, published.sessionEnded()));
            assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
            assertThat(ended.detail().row().percentComplete()).isEqualTo(100);
            assertThat(ended.detail().copyStatements()).isEqualTo(9 + 2 * 3);
            assertThat(ended(steps.due(publishing, published, LATE))
                            .detail()
                            .row()
                            .lifecycle())
                    .isEqualTo(Lifecycle.SUCCESS);
            assertThat(after(publishing, ended).history().last().orElseThrow().setId())
                    .isEqualTo(Samples.SET);
        }

        @Test
        void namesVisibleStripesWhenAForeignFileAppeared() {
            Problem conflict = BackupError.PUBLISH_CONFLICT.problem("x", "?");
            DatabaseRecord publishing = backup(TaskPhase.PUBLISHING);
            Live one = live().stripe(stripe(1, StripeState.FAILED, 1_000, conflict));

            assertThat(due(publishing, one)).isEmpty();
            PublishingFailed failed =
                    (PublishingFailed) due(publishing, one.stripe(stripe(2, StripeState.PUBLISHED, 1_000)))
                            .get(0);

            assertThat(failed.visible()).containsExactly(2);
            assertThat(failed.problem().detail())
                    .contains("arn:aws:s3:::bucket/shop1-of-2.bak")
                    .endsWith("visible stripes: arn:aws:s3:::bucket/shop2-of-2.bak");
            DatabaseRecord abandoning = after(publishing, failed);
            assertThat(due(abandoning, live())).isEmpty();
            TaskEnded ended = ended(due(abandoning, live().stripe(stripe(1, StripeState.ABORTED, 0))));
            assertThat(ended.detail().problem()).contains(failed.problem());
        }

        @Test
        void namesAStripeThatTurnsOutToBeVisibleWhileTheRestIsAborted() {
            DatabaseRecord abandoning = backup(TaskPhase.ABANDONING);

            TaskEnded ended = ended(due(abandoning, live().stripe(stripe(1, StripeState.PUBLISHED, 1_000))));

            assertThat(ended.detail().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
            assertThat(ended.detail().row().taskInfo())
                    .endsWith("Stripe 1 is visible too: arn:aws:s3:::bucket/shop1-of-2.bak");
        }

        @Test
        void namesTheIncompleteSetWhenTheStoreRefusesACompletion() {
            Problem refused = BackupError.STORE_FAILED.problem("the completion", "InvalidPart");
            DatabaseRecord publishing = backup(TaskPhase.PUBLISHING);
            Live one = stripes(StripeState.PUBLISHED, StripeState.PUBLISHED)
                    .stripe(stripe(2, StripeState.FAILED, 1_000, refused));

            PublishingFailed failed = (PublishingFailed) due(publishing, one).get(0);

            assertThat(failed.visible()).containsExactly(1);
            assertThat(failed.problem().error()).isEqualTo(BackupError.PUBLISH_INCOMPLETE);
            assertThat(failed.problem().detail()).contains("InvalidPart", "shop1-of-2.bak");
        }

        @Test
        void keepsPublishingWhenTheStoreIsAway() {
            Problem away = BackupError.STORE_UNREACHABLE.problem("timed out");
            Live failing = stripes(StripeState.PUBLISHED, StripeState.PUBLISHED)
                    .stripe(stripe(2, StripeState.FAILED, 1_000, away));

            assertThat(steps.due(backup(TaskPhase.PUBLISHING), failing, LATE)).isEmpty();
        }
    }
}
