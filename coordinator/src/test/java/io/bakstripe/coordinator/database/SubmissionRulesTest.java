package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SubmissionRulesTest {
    private static Optional<Problem> refusal(DatabaseRecord state, TaskRequest request) {
        return SubmissionRules.refusal(state, Samples.view(), request, Samples.ME, Optional.empty());
    }

    private static Optional<BackupError> error(DatabaseRecord state, TaskRequest request) {
        return refusal(state, request).map(Problem::error);
    }

    @Test
    void backsUpWhatIsDeclaredOrRestored() {
        assertThat(refusal(DatabaseRecord.empty(), Samples.backup(new DatabaseName("SHOP"), 1)))
                .isEmpty();
        assertThat(refusal(Given.online(Samples.COPY), Samples.backup(Samples.COPY, 1)))
                .isEmpty();
        assertThat(refusal(Given.backup(TaskPhase.STREAMING), Samples.backup(Samples.SHOP, 1)))
                .isEmpty();
    }

    @Test
    void doesNotBackUpWhatDoesNotExist() {
        assertThat(error(DatabaseRecord.empty(), Samples.backup(Samples.COPY, 1)))
                .contains(BackupError.DATABASE_UNKNOWN);
        assertThat(error(Given.restore(TaskPhase.WAITING), Samples.backup(Samples.COPY, 1)))
                .contains(BackupError.DATABASE_UNKNOWN);
    }

    @Test
    void doesNotBackUpWhileARestoreRuns() {
        Problem problem = refusal(Given.restore(TaskPhase.APPLYING), Samples.backup(Samples.COPY, 1))
                .orElseThrow();

        assertThat(problem.error()).isEqualTo(BackupError.DATABASE_NOT_ONLINE);
        assertThat(problem.detail()).contains("RESTORING_IN_PROGRESS");
    }

    @Test
    void doesNotRestoreOverANameInUseInAnySpelling() {
        assertThat(refusal(Given.online(new DatabaseName("Café")), Samples.restore(new DatabaseName("CAFE")))
                        .orElseThrow()
                        .detail())
                .isEqualTo("Database 'Café' already exists. Two databases that differ only by case or accent are not"
                        + " allowed. Choose a different database name.");
        assertThat(error(DatabaseRecord.empty(), Samples.restore(new DatabaseName("shop"))))
                .contains(BackupError.DATABASE_EXISTS);
        assertThat(error(Given.restore(TaskPhase.APPLYING), Samples.restore(new DatabaseName("COPY"))))
                .contains(BackupError.DATABASE_EXISTS);
    }

    @Test
    void doesNotRestoreTwiceAtATime() {
        Problem problem = refusal(Given.restore(TaskPhase.WAITING), Samples.restore(Samples.COPY))
                .orElseThrow();

        assertThat(problem.error()).isEqualTo(BackupError.RESTORE_PENDING);
        assertThat(problem.detail()).endsWith("task 1");
    }

    @Test
    void showsTheStateOfTheDatabase() {
        assertThat(DatabaseRecord.empty().stage().shown()).isEmpty();
        assertThat(Given.restore(TaskPhase.WAITING).stage().shown()).isEmpty();
        assertThat(Given.restore(TaskPhase.DISCARDING).stage().shown()).contains(DatabaseState.RESTORING_IN_PROGRESS);
        assertThat(SubmissionRules.shownName(Given.restore(TaskPhase.APPLYING))).contains(Samples.COPY);
        assertThat(Given.restore(TaskPhase.RECOVERED).stage().shown()).contains(DatabaseState.ONLINE);
    }
}
