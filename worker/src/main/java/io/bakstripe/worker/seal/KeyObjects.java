package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the wrapped keys of files in mode 2. */
final class KeyObjects {
    /** How often an object that is replaced while it is read is read again. */
    private static final int REPETITIONS = 5;

    private KeyObjects() {}

    /**
     * The keys of a file. Fails with {@code KEY_OBJECT_MISSING}, {@code KEY_OBJECT_DAMAGED}, {@code KEY_OBJECT_NEWER}, {@code KEY_OBJECT_FOREIGN}, and as the store fails.
     *
     * @param identity as the file's preamble has it
     */
    static CompletionStage<List<WrappedKey>> of(ObjectReader store, S3Arn file, FileIdentity identity) {
        return read(store, file, REPETITIONS).thenApply(object -> {
            S3Arn name = KeyObject.of(file);
            Entry entry = object.entry(identity.dataKeyId())
                    .orElseThrow(() ->
                            BackupError.KEY_OBJECT_FOREIGN.problem(name, file).asException());
            requireOf(name, identity, entry);
            return entry.keys();
        });
    }

    private static void requireOf(S3Arn name, FileIdentity identity, Entry entry) {
        EncryptionContext context =
                EncryptionContext.authenticated(identity.setId(), identity.family(), identity.dataKeyId());
        boolean same = entry.setId().equals(identity.setId())
                && entry.family() == identity.family()
                && entry.keys().stream().allMatch(key -> key.context().equals(context));
        if (!same) {
            throw BackupError.KEY_OBJECT_DAMAGED
                    .problem(name, "the entry of data key " + identity.dataKeyId() + " is that of another file")
                    .asException();
        }
    }

    private static CompletionStage<KeyObject> read(ObjectReader store, S3Arn file, int repetitions) {
        S3Arn name = KeyObject.of(file);
        return store.head(name)
                .thenCompose(found -> found.map(object -> read(store, object))
                        .orElseThrow(() -> BackupError.KEY_OBJECT_MISSING
                                .problem(name, file)
                                .asException()))
                .handle((read, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(read);
                    }
                    boolean replaced = Problem.of(failure).error() == BackupError.FILE_CHANGED;
                    return replaced && repetitions > 0
                            ? read(store, file, repetitions - 1)
                            : CompletableFuture.<KeyObject>failedFuture(failure);
                })
                .thenCompose(next -> next);
    }

    private static CompletionStage<KeyObject> read(ObjectReader store, StoredObject object) {
        if (object.size() == 0 || object.size() > KeyObject.MAX_BYTES) {
            throw KeyObject.unfit(object.file(), object.size());
        }
        return store.read(object, 0, (int) object.size()).thenApply(bytes -> KeyObject.read(object.file(), bytes));
    }
}
