package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackBegun;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the restore of a snapshot may do to the databases of its target (row D2). */
class PartialRulesTest {
    private static final TaskId TWO = new TaskId(2);
    private static final TaskRequest LOG = Samples.step(BackupType.LOG, Recovery.NORECOVERY);

    private static Optional<Problem> ofPartial(DatabaseRecord state) {
        return PartialRules.refusal(state, Samples.view());
    }

    @Nested
    class OfADatabaseThatIsThere {
        @Test
        void onePartiallyRestoredIsDroppedWhenNothingIsToCome() {
            assertThat(PartialRules.partial(Given.left())).isTrue();
            assertThat(ofPartial(Given.left())).isEmpty();
        }

        @Test
        void oneWithPendingRestoreTasksHoldsUpEverything() {
            DatabaseRecord state = Given.after(
                    Given.left(),
                    Given.created(Given.ONE, LOG),
                    Given.created(TWO, new FinishRequest(Samples.COPY), Given.ONE));

            assertThat(ofPartial(state)).hasValueSatisfying(problem -> {
                assertThat(problem.error()).isEqualTo(BackupError.PARTIAL_RESTORE_PENDING);
                assertThat(problem.detail()).contains("'Copy'", "'sandbox'", "1, 2");
            });
        }

        @Test
        void theRestoreOfASnapshotThatWaitsDoesNot() {
            DatabaseRecord state =
                    Given.after(Given.left(), Given.created(Given.ONE, Samples.restoredSnapshot(Samples.COPY)));

            assertThat(PartialRules.partial(state)).isTrue();
            assertThat(ofPartial(state)).isEmpty();
        }

        @Test
        void othersAreLeftAsTheyAre() {
            for (DatabaseRecord state : List.of(
                    DatabaseRecord.empty(),
                    Given.online(Samples.COPY),
                    Given.replaced(Samples.COPY),
                    Given.backup(TaskPhase.STREAMING),
                    Given.restore(TaskPhase.APPLYING))) {
                assertThat(PartialRules.partial(state)).isFalse();
                assertThat(ofPartial(state)).isEmpty();
            }
        }
    }

    @Nested
    class OfTheDatabaseThatItMakes {
        private Optional<BackupError> refusal(DatabaseRecord state, InstanceView view, Optional<SetFacts> set) {
            return SubmissionRules.refusal(state, view, Samples.restoredSnapshot(Samples.COPY), Samples.ME, set)
                    .map(Problem::error);
        }

        private Optional<BackupError> refusal(DatabaseRecord state) {
            return refusal(state, Samples.view(), Optional.of(Samples.full()));
        }

        private InstanceView instance(Edition edition, boolean multiAz) {
            InstanceDefinition definition = Samples.definition(
                    1, edition, Optional.of(Samples.HOST), multiAz, Windows.none(), Optional.of(BackupOption.DEFAULT));
            return new InstanceView(definition, false);
        }

        @Test
        void itsNameMayBeThatOfAPartiallyRestoredOne() {
            assertThat(refusal(DatabaseRecord.empty())).isEmpty();
            assertThat(refusal(Given.left())).isEmpty();
            assertThat(refusal(Given.after(Given.left(), Given.created(Given.ONE, LOG))))
                    .contains(BackupError.PARTIAL_RESTORE_PENDING);
        }

        @Test
        void itsNameMayNotBeInUseInAnySpelling() {
            assertThat(refusal(Given.online(new DatabaseName("COPY")))).contains(BackupError.DATABASE_EXISTS);
            assertThat(refusal(Given.replaced(Samples.COPY))).contains(BackupError.DATABASE_EXISTS);
            assertThat(refusal(Given.restore(TaskPhase.WAITING))).contains(BackupError.RESTORE_PENDING);
            assertThat(refusal(Given.restore(TaskPhase.APPLYING))).contains(BackupError.RESTORE_PENDING);
            assertThat(refusal(Given.after(
                            DatabaseRecord.empty(), Given.created(Given.ONE, Samples.restoredSnapshot(Samples.COPY)))))
                    .contains(BackupError.RESTORE_PENDING);
            assertThat(refusal(Given.after(
                            Given.replaced(Samples.COPY),
                            new SwapBackBegun(Given.ONE, "me", Samples.HOST, Samples.NOON))))
                    .contains(BackupError.SWAP_UNDER_WAY);
        }

        @Test
        void theInstanceHasToAllowIt() {
            SetFacts large = large();
            assertThat(refusal(DatabaseRecord.empty(), instance(Edition.EXPRESS, false), Optional.of(large)))
                    .contains(BackupError.EDITION_LIMIT);
            assertThat(refusal(DatabaseRecord.empty(), instance(Edition.ENTERPRISE, false), Optional.of(large)))
                    .isEmpty();
            assertThat(refusal(DatabaseRecord.empty(), instance(Edition.ENTERPRISE, true), Optional.of(large)))
                    .contains(BackupError.MULTI_AZ_MODEL);
            assertThat(refusal(DatabaseRecord.empty(), instance(Edition.ENTERPRISE, true), Optional.of(Samples.full())))
                    .isEmpty();
        }

        /** More than Express takes, of a database in the simple recovery model. */
        private SetFacts large() {
            SetFacts full = Samples.full();
            return new SetFacts(
                    full.setId(),
                    full.type(),
                    full.database(),
                    full.start(),
                    new StopFacts(full.stop().lastLsn(), full.stop().stoppedAt(), 900, 11L << 30),
                    full.baseSet(),
                    full.baseLsn(),
                    "simple",
                    full.flags(),
                    full.files());
        }

        @Test
        void whatIsPartiallyRestoredWhenItBeginsAllTheSameStandsInItsWay() {
            DatabaseRecord state =
                    Given.after(Given.left(), Given.created(Given.ONE, Samples.restoredSnapshot(Samples.COPY)));
            TaskState task = state.tasks().get(0);

            assertThat(SubmissionRules.refusalAtStart(state, task, Optional.of(Samples.full()))
                            .map(Problem::error))
                    .contains(BackupError.DATABASE_EXISTS);
        }
    }
}
