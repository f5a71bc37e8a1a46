package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent.KeptDropped;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackBegun;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplacementRulesTest {
    private static final DatabaseRecord ONLINE = Given.online(Samples.COPY);
    private static final DatabaseRecord REPLACED = Given.replaced(Samples.COPY);

    @Test
    void aDatabaseThatIsOnlineMayBeReplaced() {
        assertThat(refusal(ONLINE)).isEmpty();
        // One that is only declared, too: it is managed and was never restored.
        assertThat(SubmissionRules.refusal(
                        DatabaseRecord.empty(),
                        Samples.managing(),
                        Samples.replacing(Samples.SHOP),
                        Samples.ME,
                        Optional.of(Samples.full())))
                .isEmpty();
    }

    @Test
    void withoutTheParameterItMayNot() {
        assertThat(refusal(ONLINE, Samples.restore(Samples.COPY))).contains(BackupError.DATABASE_EXISTS);
    }

    @Test
    void whatIsThereButNotOnlineMayNotBeReplaced() {
        assertThat(refusal(Given.left())).contains(BackupError.REPLACE_NOT_ONLINE);
        assertThat(refusal(Given.restore(TaskPhase.APPLYING))).contains(BackupError.REPLACE_NOT_ONLINE);
    }

    @Test
    void whatIsNotThereCannotBeReplaced() {
        assertThat(refusal(DatabaseRecord.empty())).contains(BackupError.REPLACE_NOTHING);
        assertThat(refusal(Given.restore(TaskPhase.WAITING))).contains(BackupError.RESTORE_TASKS_PENDING);
    }

    @Test
    void aServerThatIsNotOursIsNotReplaced() {
        assertThat(SubmissionRules.refusal(
                                DatabaseRecord.empty(),
                                Samples.view(),
                                Samples.replacing(Samples.SHOP),
                                Samples.ME,
                                Optional.empty())
                        .map(Problem::error))
                .contains(BackupError.REPLACE_NOT_MANAGED);
    }

    @Test
    void aSecondOneIsNotKept() {
        Problem problem = SubmissionRules.refusal(
                        REPLACED, Samples.view(), Samples.replacing(Samples.COPY), Samples.ME, Optional.empty())
                .orElseThrow();

        assertThat(problem.error()).isEqualTo(BackupError.KEPT_ALREADY);
        assertThat(problem.detail()).contains(NOON.toString());
        assertThat(problem.hint()).contains("rds_drop_database", "swap-back");
    }

    @Test
    void aPendingReplacementRefusesAnotherOne() {
        DatabaseRecord pending = Given.after(ONLINE, Given.created(ONE, Samples.replacing(Samples.COPY)));

        assertThat(refusal(pending)).contains(BackupError.RESTORE_TASKS_PENDING);
    }

    @Test
    void onlyFullSetsReplace() {
        assertThat(SubmissionRules.refusal(
                                ONLINE,
                                Samples.view(),
                                Samples.replacing(Samples.COPY),
                                Samples.ME,
                                Optional.of(Samples.log()))
                        .map(Problem::error))
                .contains(BackupError.WRONG_SET_KIND);
    }

    @Test
    void theDatabaseIsOnlineAsLongAsItIsNotReplaced() {
        DatabaseRecord applying = Given.after(
                ONLINE,
                Given.created(ONE, Samples.replacing(Samples.COPY)),
                new RestoreStarted(ONE, 1, 1, List.of("begins"), NOON, Optional.of(Samples.full())));

        assertThat(applying.stage()).isEqualTo(DatabaseStage.ONLINE);
        // Backups are let in; they wait for their turn.
        assertThat(refusal(applying, Samples.backup(Samples.COPY, 1))).isEmpty();
        // One that is only declared shows as it did, too.
        assertThat(Given.after(
                                DatabaseRecord.empty(),
                                Given.created(ONE, Samples.replacing(Samples.SHOP)),
                                new RestoreStarted(ONE, 1, 1, List.of("begins"), NOON, Optional.of(Samples.full())))
                        .stage())
                .isEqualTo(DatabaseStage.ABSENT);
    }

    @Test
    void onlyAKeptOneIsSwappedBack() {
        assertThat(swapRefusal(REPLACED, Samples.COPY)).isEmpty();
        assertThat(swapRefusal(ONLINE, Samples.COPY)).contains(BackupError.NOTHING_KEPT);
        assertThat(swapRefusal(Given.left(), Samples.COPY)).contains(BackupError.NOTHING_KEPT);
        assertThat(swapRefusal(DatabaseRecord.empty(), Samples.SHOP)).contains(BackupError.NOTHING_KEPT);
        assertThat(swapRefusal(DatabaseRecord.empty(), new DatabaseName("nobody")))
                .contains(BackupError.DATABASE_UNKNOWN);
    }

    @Test
    void nothingIsSwappedUnderATask() {
        DatabaseRecord waiting = Given.after(REPLACED, Given.created(ONE, Samples.backup(Samples.COPY, 1)));

        assertThat(swapRefusal(waiting, Samples.COPY)).contains(BackupError.SWAP_TASKS_PENDING);
    }

    @Test
    void nothingElseHappensWhileTheTwoAreSwapped() {
        DatabaseRecord swapping = Given.after(REPLACED, new SwapBackBegun(ONE, "me", Samples.HOST, NOON));

        assertThat(swapping.idle()).isFalse();
        assertThat(swapRefusal(swapping, Samples.COPY)).contains(BackupError.SWAP_UNDER_WAY);
        assertThat(refusal(swapping, Samples.backup(Samples.COPY, 1))).contains(BackupError.SWAP_UNDER_WAY);
        assertThat(refusal(swapping)).contains(BackupError.SWAP_UNDER_WAY);
        assertThat(dropRefusal(swapping)).contains(BackupError.SWAP_UNDER_WAY);

        KeptDatabase other = new KeptDatabase(NOON.plusSeconds(1), "the other");
        DatabaseRecord swapped = Given.after(swapping, new SwapBackEnded(ONE, Optional.of(other), NOON));
        assertThat(swapped.kept()).contains(new KeptState(other));
        assertThat(swapped.idle()).isTrue();
        assertThat(swapped.stage()).isEqualTo(DatabaseStage.ONLINE);
    }

    @Test
    void aKeptOneMayBeDroppedAndTheDatabaseStays() {
        assertThat(dropRefusal(ONLINE)).contains(BackupError.NOT_RESTORING);
        assertThat(dropRefusal(REPLACED)).isEmpty();

        DatabaseRecord dropped = Given.after(REPLACED, new KeptDropped(ONE, "me", NOON));
        assertThat(dropped.kept()).isEmpty();
        assertThat(dropped.stage()).isEqualTo(DatabaseStage.ONLINE);
        assertThat(refusal(dropped)).isEmpty();
    }

    @Test
    void noOtherStepGoesOnWithWhatWasReplaced() {
        assertThat(refusal(REPLACED, Samples.step(BackupType.LOG, Recovery.NORECOVERY)))
                .contains(BackupError.NOT_READY_TO_ROLL_FORWARD);
    }

    private static Optional<BackupError> refusal(DatabaseRecord state) {
        return refusal(state, Samples.replacing(Samples.COPY));
    }

    private static Optional<BackupError> refusal(DatabaseRecord state, TaskRequest request) {
        return SubmissionRules.refusal(state, Samples.view(), request, Samples.ME, Optional.empty())
                .map(Problem::error);
    }

    private static Optional<BackupError> swapRefusal(DatabaseRecord state, DatabaseName name) {
        return ReplacementRules.swapRefusal(state, Samples.view(), name).map(Problem::error);
    }

    private static Optional<BackupError> dropRefusal(DatabaseRecord state) {
        return SubmissionRules.dropRefusal(state, Samples.view(), Samples.COPY, Samples.ME)
                .map(Problem::error);
    }
}
