package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.format.StripeHeader;
import java.util.Optional;

/** Decides from its header whether a set can be restored to an instance, before anything is written. */
public final class SetFit {
    private SetFit() {}

    /**
     * What stands in the way: another type than the one that is to be restored, another engine, or a version of it that the host cannot run.
     *
     * @param type that is to be restored
     * @param versions of the engine that the instance's host can run; empty when nobody knows
     */
    public static Optional<Problem> check(
            FoundSet set, BackupType type, InstanceView view, Optional<EngineVersions> versions) {
        StripeHeader header = set.header();
        if (header.type() != type) {
            return Optional.of(BackupError.WRONG_SET_KIND.problem(
                    set.stripes().get(0).object().file(), header.type().statement(), call(header.type())));
        }
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
     * What stands in the way of an attempt that is to take this step: another set than the one that was let through or found before, or what {@link #check(FoundSet,
     * BackupType, InstanceView, Optional)} finds.
     *
     * @param before the set that an earlier run of the attempt found; what that reported would be of another backup than what is restored in the end
     */
    static Optional<Problem> check(
            FoundSet set, RestoreSpec spec, Optional<BackupSetId> before, Optional<EngineVersions> versions) {
        BackupSetId id = set.header().setId();
        boolean same = spec.set().map(id::equals).orElse(true)
                && before.map(id::equals).orElse(true);
        return same
                ? check(set, BackupType.valueOf(spec.step().kind().name()), spec.view(), versions)
                : Optional.of(BackupError.FILE_CHANGED.problem(
                        set.stripes().get(0).object().file()));
    }

    private static String call(BackupType type) {
        return switch (type) {
            case FULL -> "rds_restore_database";
            case DIFFERENTIAL -> "rds_restore_database with type DIFFERENTIAL";
            case LOG -> "rds_restore_log";
        };
    }
}
