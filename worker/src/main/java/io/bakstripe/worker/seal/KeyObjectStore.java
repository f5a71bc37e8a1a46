package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * The key objects in a store. Each change is made to what is there at that moment, under the store's condition that it still is, so that nobody's entries get lost. Fails as {@link ObjectStore} does, with {@code
 * KEY_OBJECT_DAMAGED} and {@code KEY_OBJECT_NEWER} for an object that is left as it is, and with {@code KEY_OBJECT_CONTENDED}. Thread-safe.
 */
public final class KeyObjectStore {
    /** Whoever is overtaken was overtaken by somebody who got on: this many times in a row something else is wrong. */
    private static final int MAX_ROUNDS = 20;

    private final ObjectStore store;

    public KeyObjectStore(ObjectStore store) {
        this.store = store;
    }

    /**
     * A key object as it was found.
     *
     * @param etag empty where there is none
     */
    private record Found(KeyObject content, Optional<String> etag) {}

    /** What the key object of a file holds; without entries where there is none. */
    public CompletionStage<KeyObject> of(S3Arn file) {
        return find(KeyObject.of(file), 1).thenApply(Found::content);
    }

    /**
     * Changes the key object of a file, or makes it; where nothing changes, nothing is written.
     *
     * @param change is asked again when somebody else was faster; what it throws ends the attempt
     * @return what the object holds then
     */
    public CompletionStage<KeyObject> change(S3Arn file, UnaryOperator<KeyObject> change) {
        return change(KeyObject.of(file), change, 1);
    }

    private CompletionStage<KeyObject> change(S3Arn object, UnaryOperator<KeyObject> change, int round) {
        return find(object, round).thenCompose(found -> {
            KeyObject changed = change.apply(found.content());
            if (changed.equals(found.content())) {
                return CompletableFuture.completedStage(changed);
            }
            return store.put(object, changed.toBytes(), found.etag())
                    .thenCompose(stored -> stored
                            ? CompletableFuture.completedStage(changed)
                            : change(object, change, next(object, round)));
        });
    }

    private CompletionStage<Found> find(S3Arn object, int round) {
        return store.head(object)
                .thenCompose(there -> there.map(known -> read(known, round))
                        .orElseGet(() ->
                                CompletableFuture.completedStage(new Found(KeyObject.empty(), Optional.empty()))));
    }

    private CompletionStage<Found> read(StoredObject object, int round) {
        if (object.size() == 0 || object.size() > KeyObject.MAX_BYTES) {
            throw KeyObject.unfit(object.file(), object.size());
        }
        return store.read(object, 0, (int) object.size())
                .thenApply(bytes ->
                        Optional.of(new Found(KeyObject.read(object.file(), bytes), Optional.of(object.etag()))))
                .exceptionally(failure -> {
                    if (Problem.of(failure).error() == BackupError.FILE_CHANGED) {
                        return Optional.empty();
                    }
                    throw new CompletionException(failure);
                })
                .thenCompose(found -> found.<CompletionStage<Found>>map(CompletableFuture::completedStage)
                        .orElseGet(() -> find(object.file(), next(object.file(), round))));
    }

    private static int next(S3Arn object, int round) {
        if (round == MAX_ROUNDS) {
            throw BackupError.KEY_OBJECT_CONTENDED.problem(object).asException();
        }
        return round + 1;
    }
}
