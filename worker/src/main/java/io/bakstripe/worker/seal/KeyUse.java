package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.RequestScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Unwraps data keys of files with the key that was chosen for it.
 *
 * @param service is asked
 */
record KeyUse(KeyService service, KeyChoice choice) {

    /** The same, asking on behalf of a scope. */
    KeyUse within(RequestScope scope) {
        return new KeyUse(service.within(scope), choice);
    }

    /** Throws with {@code FILE_ENCRYPTED} or {@code FILE_NOT_ENCRYPTED} where a key was named although there is nothing to open, or the other way round. */
    void check(S3Arn file, boolean encrypted) {
        if (choice instanceof KeyChoice.Named named && encrypted != named.key().isPresent()) {
            throw (encrypted ? BackupError.FILE_ENCRYPTED : BackupError.FILE_NOT_ENCRYPTED)
                    .problem(file)
                    .asException();
        }
    }

    /** Does something with the data key of a file in mode 1, which is wiped if that fails. */
    <T> CompletionStage<T> withKey(S3Arn file, Envelope envelope, Function<DataKey, CompletionStage<T>> work) {
        KeyArn key = named(file).orElseGet(() -> envelope.key(file));
        return wipingAfterFailure(service.unwrap(envelope.wrappedWith(key)), work);
    }

    /**
     * Does something with the data key of a file in mode 2, which is wiped if that fails.
     *
     * @param wrapped one key or several, each of which opens the file
     */
    <T> CompletionStage<T> withKey(S3Arn file, List<WrappedKey> wrapped, Function<DataKey, CompletionStage<T>> work) {
        List<WrappedKey> chosen = named(file)
                .map(key ->
                        wrapped.stream().filter(one -> one.key().equals(key)).toList())
                .orElse(wrapped);
        if (chosen.isEmpty()) {
            throw noneOf(file, wrapped);
        }
        return wipingAfterFailure(firstThatOpens(new ArrayDeque<>(chosen), null), work);
    }

    private Optional<KeyArn> named(S3Arn file) {
        return choice instanceof KeyChoice.Named named
                ? Optional.of(named.key()
                        .orElseThrow(
                                () -> BackupError.FILE_ENCRYPTED.problem(file).asException()))
                : Optional.empty();
    }

    private BakstripeException noneOf(S3Arn file, List<WrappedKey> wrapped) {
        String known =
                wrapped.stream().map(one -> one.key().toString()).distinct().collect(Collectors.joining(", "));
        Object named = named(file).map(Object::toString).orElse("of any kind");
        return BackupError.KEY_NOT_OF_FILE
                .problem(named, file, known.isEmpty() ? "none that this program knows how to ask" : known)
                .asException();
    }

    /** Keys are there to stand in for one another: one that is disabled, denied or not to be reached is passed over. */
    private CompletionStage<DataKey> firstThatOpens(Deque<WrappedKey> left, @Nullable Throwable before) {
        return service.unwrap(left.remove())
                .handle((key, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(key);
                    }
                    Throwable telling = before == null || passes(failure) && !passes(before) ? failure : before;
                    return left.isEmpty()
                            ? CompletableFuture.<DataKey>failedFuture(telling)
                            : firstThatOpens(left, telling);
                })
                .thenCompose(next -> next);
    }

    /** Asking again may help then, so that is what has to be told. */
    private static boolean passes(Throwable failure) {
        return Problem.of(failure).error().category().transientFailure();
    }

    private static <T> CompletionStage<T> wipingAfterFailure(
            CompletionStage<DataKey> unwrapped, Function<DataKey, CompletionStage<T>> work) {
        return unwrapped.thenCompose(key -> {
            try {
                return work.apply(key).whenComplete((done, failure) -> {
                    if (failure != null) {
                        key.close();
                    }
                });
            } catch (RuntimeException failed) {
                key.close();
                throw failed;
            }
        });
    }
}
