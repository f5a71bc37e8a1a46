package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.SnapshotStore;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Snapshot storage reached through the AWS SDK, over connections of its own. The only class that can delete an object. */
public final class S3SnapshotStore implements SnapshotStore {
    private final SnapshotSettings settings;
    private final S3ObjectStore store;

    private S3SnapshotStore(SnapshotSettings settings, S3ObjectStore store) {
        this.settings = settings;
        this.store = store;
    }

    /**
     * Opens the storage; nothing is sent before the first call.
     *
     * @param system as {@link S3ObjectStore#create} takes it
     */
    public static S3SnapshotStore create(SnapshotSettings settings, ActorSystem<?> system) {
        return new S3SnapshotStore(settings, S3ObjectStore.create(settings.store(), system));
    }

    @Override
    public ObjectStore objects() {
        return store;
    }

    @Override
    public S3Arn file(String name) {
        return new S3Arn(settings.bucket(), settings.prefix() + name);
    }

    @Override
    public CompletionStage<Void> delete(S3Arn file) {
        boolean ours = file.bucket().equals(settings.bucket()) && file.key().startsWith(settings.prefix());
        if (!settings.delete() || !ours) {
            return CompletableFuture.failedStage(
                    BackupError.SNAPSHOT_KEPT.problem(file).asException());
        }
        return store.calls()
                .<Object, Boolean>ask(
                        store.calls().ownScope(),
                        S3Operation.DELETE,
                        file,
                        client -> client.deleteObject(
                                        request -> request.bucket(file.bucket()).key(file.key()))
                                .thenApply(Object.class::cast),
                        answer -> true,
                        refusal -> AwsFailures.code(refusal).equals("NoSuchKey") ? Optional.of(true) : Optional.empty())
                .thenApply(gone -> null);
    }

    @Override
    public void close() {
        store.close();
    }
}
