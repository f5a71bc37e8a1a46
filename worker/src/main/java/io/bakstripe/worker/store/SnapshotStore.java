package io.bakstripe.worker.store;

import io.bakstripe.protocol.name.S3Arn;
import java.util.concurrent.CompletionStage;

/**
 * Where snapshots are kept: a bucket of its own, reached with credentials of its own. Native backups and restores never use it, so that the rights of row S1
 * are all that they need. Thread-safe.
 */
public interface SnapshotStore extends AutoCloseable {
    /** The store, for everything but deletion. */
    ObjectStore objects();

    /** The file of that name, for example {@code prod/orders/2026-03-01.bak}, below the prefix that the settings name. */
    S3Arn file(String name);

    /**
     * Deletes a snapshot; one that is not there is as good as deleted. After a failure it may be gone or not.
     *
     * <p>Fails with {@code SNAPSHOT_KEPT} where the settings give no right to delete or the file is none of the snapshots', and otherwise as {@link ObjectStore} does.
     */
    CompletionStage<Void> delete(S3Arn file);

    @Override
    void close();
}
