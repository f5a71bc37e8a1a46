package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.format.StripeHeader;
import java.util.Optional;

/** Decides from its header whether a set can be restored to an instance, before anything is written. */
public final class SetFit {
    private SetFit() {}

    /**
     * What stands in the way: another engine, or a version of it that the host cannot run. Whether the set may follow what was restored before is not asked here.
     *
     * @param versions of the engine that the instance's host can run; empty when nobody knows
     */
    public static Optional<Problem> check(FoundSet set, InstanceView view, Optional<EngineVersions> versions) {
        StripeHeader header = set.header();
        String engine = view.definition().engine();
        if (!header.start().engine().equalsIgnoreCase(engine)) {
            String backedUp = header.start().engine() + " " + header.start().engineVersion();
            return Optional.of(BackupError.ENGINE_MISMATCH
                    .problem(backedUp, engine)
                    .withHint("Restore to an instance of the engine that made the backup."));
        }
        return versions.flatMap(known -> known.refusal(header.start().engineVersion()));
    }

    /**
     * What stands in the way of an attempt that is to take this step: another set than the one that was let through or found before, one of another type, or what
     * {@link #check(FoundSet, InstanceView, Optional)} finds.
     *
     * @param before the set that an earlier run of the attempt found; what that reported would be of another backup than what is restored in the end
     */
    static Optional<Problem> check(
            FoundSet set, RestoreSpec spec, Optional<BackupSetId> before, Optional<EngineVersions> versions) {
        BackupSetId id = set.header().setId();
        boolean same = spec.set().map(id::equals).orElse(true)
                && before.map(id::equals).orElse(true);
        S3Arn file = set.stripes().get(0).object().file();
        if (!same) {
            return Optional.of(BackupError.FILE_CHANGED.problem(file));
        }
        BackupType type = set.header().type();
        return type == typeOf(spec.step().kind())
                ? check(set, spec.view(), versions)
                : Optional.of(BackupError.WRONG_SET_KIND.problem(file, type.statement(), call(type)));
    }

    private static BackupType typeOf(Kind kind) {
        return switch (kind) {
            case FULL, REPLACEMENT -> BackupType.FULL;
            case DIFFERENTIAL -> BackupType.DIFFERENTIAL;
            case LOG -> BackupType.LOG;
            case FINISH -> throw new IllegalArgumentException("a step that only opens has no set");
        };
    }

    private static String call(BackupType type) {
        return switch (type) {
            case FULL -> "rds_restore_database";
            case DIFFERENTIAL -> "rds_restore_database with type DIFFERENTIAL";
            case LOG -> "rds_restore_log";
        };
    }
}
