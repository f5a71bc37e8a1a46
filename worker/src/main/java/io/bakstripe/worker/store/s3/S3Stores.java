package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.Stores;
import io.bakstripe.worker.store.aws.InstanceRights;
import io.bakstripe.worker.store.aws.Signing;
import io.bakstripe.worker.store.aws.StsSettings;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * The object store for each instance: as the node itself where the option names no role, as the role where it does. All of them share the connections
 * and the limits of one client. Thread-safe.
 */
public final class S3Stores implements Stores, AutoCloseable {
    private final S3ObjectStore store;
    private final InstanceRights rights;
    private final Optional<ObjectStore> snapshots;

    private S3Stores(S3ObjectStore store, InstanceRights rights, Optional<ObjectStore> snapshots) {
        this.store = store;
        this.rights = rights;
        this.snapshots = snapshots;
    }

    /**
     * Opens the stores; nothing is sent before the first call.
     *
     * @param declared the instances of this node's configuration
     * @param system as {@link S3ObjectStore#create} takes it
     */
    public static S3Stores create(
            StoreSettings settings,
            StsSettings sts,
            Function<InstanceName, Optional<InstanceDefinition>> declared,
            ActorSystem<?> system,
            InstantSource clock) {
        return new S3Stores(
                S3ObjectStore.create(settings, system),
                InstanceRights.create(
                        sts,
                        S3Clients.credentials(settings),
                        declared,
                        system.executionContext(),
                        clock,
                        settings.retry().maxBackoff()),
                Optional.empty());
    }

    /** The same stores with this one for snapshots, which stays its opener's to close. */
    public S3Stores withSnapshots(ObjectStore own) {
        return new S3Stores(store, rights, Optional.of(own));
    }

    /** The same stores, whose calls without a scope give up after this many attempts. Closing either closes both. */
    public S3Stores withAttempts(int attempts) {
        return new S3Stores(store.withAttempts(attempts), rights, snapshots);
    }

    @Override
    public ObjectStore of(StoreAccess access) {
        if (access.storage() == Storage.SNAPSHOTS) {
            return snapshots.orElseGet(
                    () -> store.signedBy(Signing.refused(BackupError.SNAPSHOT_STORAGE_ABSENT.problem())));
        }
        return store.signedBy(rights.of(access));
    }

    /**
     * What changes metadata of an instance's objects. Neither backups nor restores use it.
     *
     * @param largestCopy bytes; larger objects are copied in parts
     */
    public ObjectRewriter rewriter(StoreAccess access, long largestCopy) {
        return store.signedBy(rights.of(access)).rewriter(largestCopy);
    }

    /** With whose keys each instance's requests are signed, for other services that it asks; closed with the stores. */
    public InstanceRights rights() {
        return rights;
    }

    @Override
    public void close() {
        store.close();
        rights.close();
    }
}
