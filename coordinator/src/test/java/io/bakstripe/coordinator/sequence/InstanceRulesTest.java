package io.bakstripe.coordinator.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceRulesTest {
    private static final Instant SUNDAY_BEFORE = Instant.parse("2026-11-22T04:59:59.999Z");
    private static final Instant SUNDAY_IN = Instant.parse("2026-11-22T05:00:00Z");
    private static final Instant SUNDAY_BEHIND = Instant.parse("2026-11-22T06:00:00Z");
    private static final TaskRequest BACKUP = Samples.backup(Samples.SHOP, 1);
    private static final TaskRequest RESTORE = Samples.restore(Samples.COPY);

    private static InstanceDefinition instance(Edition edition, boolean multiAz, Optional<BackupOption> option) {
        return Samples.definition(1, edition, Optional.of(Samples.HOST), multiAz, Windows.none(), option);
    }

    private static InstanceDefinition multiAz() {
        return instance(Edition.ENTERPRISE, true, Optional.of(BackupOption.DEFAULT));
    }

    private static InstanceDefinition of(Edition edition) {
        return instance(edition, false, Optional.of(BackupOption.DEFAULT));
    }

    private static SetFacts set(BackupType type, String recoveryModel, long bytes) {
        SetFacts full = Samples.full();
        return new SetFacts(
                full.setId(),
                type,
                full.database(),
                full.start(),
                new StopFacts(Lsn.parse("0/3000000"), Samples.NOON, 900, bytes),
                Optional.empty(),
                Optional.empty(),
                recoveryModel,
                List.of(),
                full.files());
    }

    private static Optional<BackupError> error(InstanceDefinition instance, TaskRequest request, Instant now) {
        return InstanceRules.refusal(instance, request, now).map(Problem::error);
    }

    @Test
    void withoutTheOptionNothingIsBackedUpOrRestored() {
        InstanceDefinition without = instance(Edition.ENTERPRISE, false, Optional.empty());

        for (TaskRequest request : List.of(BACKUP, RESTORE, new FinishRequest(Samples.COPY))) {
            Problem problem = InstanceRules.refusal(without, request, SUNDAY_IN).orElseThrow();

            assertThat(problem.detail())
                    .isEqualTo(
                            "Database backup/restore option is not enabled yet or is in the process of being enabled."
                                    + " Please try again later.");
            assertThat(problem.error().category().status()).isEqualTo(409);
            assertThat(error(of(Edition.EXPRESS), request, SUNDAY_IN)).isEmpty();
        }
    }

    @Test
    void noBackupBeginsInTheMaintenanceWindow() {
        InstanceDefinition windows = Samples.complete(1);

        assertThat(error(windows, BACKUP, SUNDAY_BEFORE)).isEmpty();
        assertThat(error(windows, BACKUP, SUNDAY_BEHIND)).isEmpty();
        Problem problem = InstanceRules.refusal(windows, BACKUP, SUNDAY_IN).orElseThrow();
        assertThat(problem.error()).isEqualTo(BackupError.MAINTENANCE_WINDOW);
        assertThat(problem.detail()).contains("sun:05:00-sun:06:00");
        assertThat(problem.hint()).contains("2026-11-22T06:00:00Z");
    }

    @Test
    void restoresHaveNoWindows() {
        assertThat(error(Samples.complete(1), RESTORE, SUNDAY_IN)).isEmpty();
        assertThat(error(Samples.complete(1), RESTORE, Instant.parse("2026-11-22T03:10:00Z")))
                .isEmpty();
    }

    @Test
    void aBackupMayBeCalledForInTheBackupWindowAndOverlapsThen() {
        Instant open = Instant.parse("2026-11-23T03:10:00Z");

        assertThat(error(Samples.complete(1), BACKUP, open)).isEmpty();
        Problem overlap = InstanceRules.overlap(Samples.complete(1), open).orElseThrow();
        assertThat(overlap.detail()).startsWith("Aborted the task because of a task failure or an overlap with");
        assertThat(overlap.hint()).contains("2026-11-23T03:30:00Z");
        assertThat(InstanceRules.overlap(Samples.complete(1), SUNDAY_IN)).isEmpty();
        assertThat(InstanceRules.overlap(of(Edition.ENTERPRISE), open)).isEmpty();
    }

    @Test
    void multiAzRestoresFullBackupsThatOpenTheDatabaseAndNothingElse() {
        assertThat(error(multiAz(), BACKUP, SUNDAY_IN)).isEmpty();
        assertThat(error(multiAz(), Samples.step(BackupType.FULL, Recovery.RECOVERY), SUNDAY_IN))
                .isEmpty();
        List<TaskRequest> refused = List.of(
                Samples.step(BackupType.FULL, Recovery.NORECOVERY),
                Samples.step(BackupType.FULL, Recovery.STANDBY),
                Samples.step(BackupType.DIFFERENTIAL, Recovery.RECOVERY),
                Samples.step(BackupType.DIFFERENTIAL, Recovery.NORECOVERY),
                Samples.step(BackupType.LOG, Recovery.NORECOVERY),
                Samples.step(BackupType.LOG, Recovery.RECOVERY),
                new FinishRequest(Samples.COPY));
        for (TaskRequest request : refused) {
            assertThat(error(multiAz(), request, SUNDAY_IN))
                    .as(request.toString())
                    .contains(BackupError.MULTI_AZ_STEP);
            assertThat(error(of(Edition.ENTERPRISE), request, SUNDAY_IN)).isEmpty();
        }
    }

    @Test
    void theRestoreOfASnapshotNeedsNoOptionAndIsAllowedOnMultiAz() {
        TaskRequest snapshot = Samples.restoredSnapshot(Samples.COPY);

        assertThat(error(instance(Edition.EXPRESS, false, Optional.empty()), snapshot, SUNDAY_IN))
                .isEmpty();
        assertThat(error(multiAz(), snapshot, SUNDAY_IN)).isEmpty();
    }

    @Test
    void multiAzRestoresWhatWasBackedUpInTheFullRecoveryModelOnly() {
        assertThat(InstanceRules.refusal(multiAz(), set(BackupType.FULL, "full", 1)))
                .isEmpty();
        assertThat(InstanceRules.refusal(multiAz(), set(BackupType.FULL, "simple", 1))
                        .map(Problem::error))
                .contains(BackupError.MULTI_AZ_MODEL);
        assertThat(InstanceRules.refusal(of(Edition.ENTERPRISE), set(BackupType.FULL, "simple", 1)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Express, 10737418240", "Web, 17592186044416", "Standard, 17592186044416", "Enterprise, 17592186044416"
    })
    void anEditionRestoresUpToItsLimit(String name, long limit) {
        InstanceDefinition instance = of(Edition.ofName(name));

        assertThat(InstanceRules.refusal(instance, set(BackupType.FULL, "simple", limit)))
                .isEmpty();
        Problem problem = InstanceRules.refusal(instance, set(BackupType.FULL, "simple", limit + 1))
                .orElseThrow();
        assertThat(problem.error()).isEqualTo(BackupError.EDITION_LIMIT);
        assertThat(problem.detail()).contains(name + " Edition").contains(Long.toString(limit + 1));
        assertThat(InstanceRules.refusal(instance, set(BackupType.DIFFERENTIAL, "simple", limit + 1)))
                .isPresent();
        assertThat(InstanceRules.refusal(instance, set(BackupType.LOG, "full", limit + 1)))
                .as("a log says nothing of the size of the database")
                .isEmpty();
    }
}
