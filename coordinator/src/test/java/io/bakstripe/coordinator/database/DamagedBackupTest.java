package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.DAMAGE;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.damaged;
import static io.bakstripe.coordinator.database.Given.drainedWithDamage;
import static io.bakstripe.coordinator.database.Given.live;
import static io.bakstripe.coordinator.database.Given.stripe;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.AttemptFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStopped;
import io.bakstripe.coordinator.journal.DatabaseEvent.DamageFound;
import io.bakstripe.coordinator.journal.DatabaseEvent.DataDrained;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo.LastFullBackup;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What follows when the pages of a database turn out damaged. */
class DamagedBackupTest {
    private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));

    private static Course streaming(BackupRequest request) {
        return Course.started(request).opened().reported(stripe(1, StripeState.DRAINED, 1_000));
    }

    private static Course drained(BackupRequest request) {
        return streaming(request).reported(damaged(stripe(2, StripeState.DRAINED, 1_000)));
    }

    private static TaskState task(Course course) {
        return course.state().unfinished(ONE).orElseThrow();
    }

    @Test
    void readsEverythingBeforeItEndsInAnError() {
        Course course = Course.started(Samples.backup(Samples.SHOP, 2))
                .opened()
                .reported(damaged(stripe(2, StripeState.DRAINED, 1_000)))
                .reported(stripe(1, StripeState.STREAMING, 800));

        assertThat(task(course).phase()).isEqualTo(TaskPhase.STREAMING);
        assertThat(TaskDetails.unfinished(task(course), live().stripe(damaged(stripe(2, StripeState.DRAINED, 1))), NOON)
                        .damage())
                .contains(DAMAGE);
    }

    @Test
    void endsInAnErrorThatNamesThePagesAndIsNotTriedAgain() {
        TaskDetail end = drained(Samples.backup(Samples.SHOP, 2)).rolledBack().end();

        assertThat(end.row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(end.attempt()).isEqualTo(1);
        assertThat(end.damage()).contains(DAMAGE);
        assertThat(end.problem()).hasValueSatisfying(problem -> {
            assertThat(problem.error()).isEqualTo(BackupError.PAGES_DAMAGED);
            assertThat(problem.detail())
                    .isEqualTo("database 'Shop' has 2 page(s) whose checksums are wrong, so nothing was kept:"
                            + " base/5/16384 block 3, base/5/16384 block 8");
            assertThat(problem.hint()).contains("continue_after_error");
        });
        assertThat(end.row().taskInfo())
                .containsOnlyOnce("whose checksums are wrong")
                .contains("BAK-6121");
    }

    @Test
    void recordsTheDamageTogetherWithWhatFollows() {
        DatabaseRecord state =
                Course.started(Samples.continuing(Samples.SHOP, 2)).opened().state();

        List<DatabaseEvent> due = steps.due(state, drainedWithDamage(), NOON);

        assertThat(due).containsExactly(new DamageFound(ONE, 1, DAMAGE, NOON), new DataDrained(ONE, 1, NOON));
        DatabaseRecord half = state.apply(due.get(0));
        assertThat(steps.due(half, drainedWithDamage(), NOON)).containsExactly(new DataDrained(ONE, 1, NOON));
        DatabaseRecord ending = Course.started(Samples.backup(Samples.SHOP, 2))
                .opened()
                .state()
                .apply(new DamageFound(ONE, 1, DAMAGE, NOON));
        assertThat(steps.due(ending, drainedWithDamage(), NOON)).singleElement().isInstanceOf(AttemptFailed.class);
    }

    @Test
    void marksTheSetWhenItGoesOnAfterErrors() {
        Course course = drained(Samples.continuing(Samples.SHOP, 2));
        assertThat(task(course).phase()).isEqualTo(TaskPhase.STOPPING);

        List<DatabaseEvent> stopped = steps.due(
                course.state(),
                live().stopped(new EngineStopped(Given.FIRST, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9)),
                NOON);

        assertThat(stopped)
                .singleElement()
                .satisfies(event -> assertThat(((BackupStopped) event).facts())
                        .isEqualTo(Samples.stop().withDamagedPages(2)));
        assertThat(new Orders(Samples.SHOP_REF).due(course.stopped().state(), live(), new Tidying(Samples.SHOP_REF)))
                .filteredOn(Order.Stripe.class::isInstance)
                .extracting(order -> ((Order.Stripe) order).tick())
                .extracting(StripeCommand.Ensure::stop)
                .containsOnly(Optional.of(Samples.stop().withDamagedPages(2)));
    }

    @Test
    void remembersThatADamagedSetServesAsNoBase() {
        Course course = drained(Samples.continuing(Samples.SHOP, 2))
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .published();

        assertThat(course.end().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(course.end().damage()).contains(DAMAGE);
        assertThat(course.end().row().taskInfo())
                .contains("Warning: 2 damaged page(s) are backed up as they are, because continue_after_error is 1:"
                        + " base/5/16384 block 3, base/5/16384 block 8.");
        LastFullBackup last = course.state().history().last().orElseThrow();
        assertThat(last.damagedPages()).contains(2L);
        assertThat(last.servesAsBase()).isFalse();
    }

    @Test
    void doesNotMarkASetThatIsWhole() {
        Course course = streaming(Samples.continuing(Samples.SHOP, 2))
                .reported(stripe(2, StripeState.DRAINED, 1_000))
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .published();

        assertThat(course.end().damage()).isEmpty();
        assertThat(course.end().row().taskInfo()).doesNotContain("damaged");
        assertThat(course.state().history().last().orElseThrow().servesAsBase()).isTrue();
    }
}
