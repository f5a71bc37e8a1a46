package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.format.StripeHeader;
import java.util.Optional;

/** Decides from its header whether a set can be restored to an instance, before anything is written. */
public final class SetFit {
    private SetFit() {}

    /**
     * What stands in the way: another engine, or a version of it that the host cannot run.
     *
     * @param versions of the engine that the instance's host can run; empty when nobody knows
     */
    public static Optional<Problem> check(StripeHeader header, InstanceView view, Optional<EngineVersions> versions) {
        String engine = view.definition().engine();
        if (!header.start().engine().equalsIgnoreCase(engine)) {
            String backedUp = header.start().engine() + " " + header.start().engineVersion();
            return Optional.of(BackupError.ENGINE_MISMATCH
                    .problem(backedUp, engine)
                    .withHint("Restore to an instance of the engine that made the backup."));
        }
        return versions.flatMap(known -> known.refusal(header.start().engineVersion()));
    }
}
