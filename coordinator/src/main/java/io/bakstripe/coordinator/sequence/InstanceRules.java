package io.bakstripe.coordinator.sequence;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.Optional;

/** What an instance allows whatever its databases look like (rows L9 to L12 and S3). */
public final class InstanceRules {
    private InstanceRules() {}

    /**
     * Why the call is refused before anybody looks at the database or its files; empty when the instance allows it.
     *
     * @param now a backup is not taken in the maintenance window; in the daily backup window it is, and cancelled if its turn comes there
     */
    public static Optional<Problem> refusal(InstanceDefinition instance, TaskRequest request, Instant now) {
        // The storage of snapshots is the service's own: no option gives rights to it.
        boolean snapshot =
                request instanceof RestoreRequest restore && restore.snapshot().isPresent();
        if (instance.option().isEmpty() && !snapshot) {
            return Optional.of(BackupError.OPTION_ABSENT.problem(instance.name()));
        }
        if (request instanceof BackupRequest) {
            return maintenance(instance, now);
        }
        return instance.multiAz()
                ? kindOfStep(request).map(step -> BackupError.MULTI_AZ_STEP.problem(step, instance.name()))
                : Optional.empty();
    }

    /** Why the set is not restored on this instance; empty when it may be. */
    public static Optional<Problem> refusal(InstanceDefinition instance, SetFacts set) {
        Edition edition = instance.edition();
        // What a log holds is not the database's size; of a differential it is the least that this can be.
        if (set.type() != BackupType.LOG && set.stop().plainBytes() > edition.maxRestoreBytes()) {
            return Optional.of(BackupError.EDITION_LIMIT.problem(
                    set.stop().plainBytes(), edition.displayName(), edition.maxRestoreBytes()));
        }
        return instance.multiAz() && !set.recoveryModel().equalsIgnoreCase("full")
                ? Optional.of(BackupError.MULTI_AZ_MODEL.problem(instance.name(), set.recoveryModel()))
                : Optional.empty();
    }

    /** Why no backup begins now; empty outside of the maintenance window. */
    public static Optional<Problem> maintenance(InstanceDefinition instance, Instant now) {
        return instance.windows()
                .maintenance()
                .flatMap(window ->
                        window.openUntil(now).map(end -> BackupError.MAINTENANCE_WINDOW.problem(window, end)));
    }

    /** Why a backup that runs now is cancelled; empty outside of the daily backup window. */
    public static Optional<Problem> overlap(InstanceDefinition instance, Instant now) {
        return instance.windows()
                .backup()
                .flatMap(window -> window.openUntil(now).map(end -> BackupError.BACKUP_WINDOW.problem(window, end)));
    }

    /** What a Multi-AZ instance does not have; empty for a full restore that opens the database. */
    private static Optional<String> kindOfStep(TaskRequest request) {
        if (request instanceof FinishRequest) {
            return Optional.of("finishing a restore");
        }
        RestoreRequest restore = (RestoreRequest) request;
        if (restore.type() == BackupType.DIFFERENTIAL) {
            return Optional.of("a differential restore");
        }
        if (restore.type() == BackupType.LOG) {
            return Optional.of("a log restore");
        }
        return restore.recovery() == Recovery.RECOVERY
                ? Optional.empty()
                : Optional.of("a full restore with NORECOVERY");
    }
}
