package io.bakstripe.worker.engine;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.util.Optional;

/**
 * A backup that an engine is to make.
 *
 * @param label of the engine's backup, for people who look at the server
 * @param baseFiles of a differential that is to be opened: what its base holds
 */
public record BackupOrder(
        DatabaseRef database, DatabaseName display, String label, BackupBasis basis, Optional<BaseFiles> baseFiles) {
    /** What needs no knowledge of a base's files. */
    public BackupOrder(DatabaseRef database, DatabaseName display, String label, BackupBasis basis) {
        this(database, display, label, basis, Optional.empty());
    }

    /** A differential that is to be opened. */
    public BackupOrder over(BaseFiles files) {
        return new BackupOrder(database, display, label, basis, Optional.of(files));
    }
}
