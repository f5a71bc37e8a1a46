package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.RequestScope;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Sends requests as often as it takes and their scope allows, and turns what fails into the catalogue's errors. The only place where requests are
 * repeated.
 */
final class S3Calls {
    private final S3AsyncClient client;
    private final Signing signing;
    private final RetrySettings retry;
    private final ActorSystem<?> system;
    private final DoubleSupplier random;

    /**
     * @param client sends them
     * @param signing with whose keys
     * @param system whose scheduler times the pauses
     * @param random 0 to 1, for the jitter of the pauses; thread-safe
     */
    S3Calls(S3AsyncClient client, Signing signing, RetrySettings retry, ActorSystem<?> system, DoubleSupplier random) {
        this.client = client;
        this.signing = signing;
        this.retry = retry;
        this.system = system;
        this.random = random;
    }

    /** The scope of a call that belongs to no other. */
    RequestScope ownScope() {
        return RequestScope.ofBudget(retry.repetitions());
    }

    S3Calls withRepetitions(int repetitions) {
        return new S3Calls(client, signing, retry.withRepetitions(repetitions), system, random);
    }

    S3Calls signedBy(Signing other) {
        return new S3Calls(client, other, retry, system, random);
    }

    /** With whose keys requests are signed. */
    Signing signing() {
        return signing;
    }

    /** For requests of which no refusal is expected. */
    static <R> Optional<R> unexpected(AwsServiceException refusal) {
        return Optional.empty();
    }

    /** Like {@link #ask(RequestScope, S3Operation, String, String, Function, Function, Function)}, about a file. */
    <T, R> CompletionStage<R> ask(
            RequestScope scope,
            S3Operation operation,
            S3Arn file,
            Function<S3AsyncClient, CompletableFuture<T>> request,
            Function<T, R> answered,
            Function<AwsServiceException, Optional<R>> refused) {
        return ask(scope, operation, file.bucket(), file.toString(), request, answered, refused);
    }

    /**
     * Sends a request until it is answered or the scope has no repetitions left.
     *
     * @param scope asked before each request; a refusal that the caller expects is a good answer to it
     * @param subject what the request is about, for texts
     * @param answered makes the result of a good answer
     * @param refused makes the result of a refusal that the caller expects; empty for others; may throw a {@code BakstripeException}
     */
    <T, R> CompletionStage<R> ask(
            RequestScope scope,
            S3Operation operation,
            String bucket,
            String subject,
            Function<S3AsyncClient, CompletableFuture<T>> request,
            Function<T, R> answered,
            Function<AwsServiceException, Optional<R>> refused) {
        return send(scope, request, S3Failures::isTransient, 0).handle((answer, failure) -> {
            if (failure == null) {
                return answered.apply(answer);
            }
            Optional<R> expected = S3Failures.answer(failure).flatMap(refused);
            expected.ifPresent(result -> scope.answered());
            return expected.orElseThrow(
                    () -> new CompletionException(S3Failures.translate(operation, bucket, subject, failure)));
        });
    }

    /** Sends a request that must not be carried out twice; it is repeated only where it was not carried out at all. */
    <T> CompletionStage<T> once(
            RequestScope scope,
            S3Operation operation,
            S3Arn file,
            Function<S3AsyncClient, CompletableFuture<T>> request) {
        return send(scope, request, S3Failures::isNothingDone, 0).exceptionally(failure -> {
            throw new CompletionException(S3Failures.translate(operation, file.bucket(), file.toString(), failure));
        });
    }

    private <T> CompletionStage<T> send(
            RequestScope scope,
            Function<S3AsyncClient, CompletableFuture<T>> request,
            Predicate<Throwable> repeatable,
            int repetition) {
        return signing.ready()
                .thenCompose(keys -> sendSigned(scope, request, keys))
                .<CompletionStage<T>>handle((answer, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(answer);
                    }
                    if (!repeatable.test(failure) || !scope.mayRepeat()) {
                        return CompletableFuture.failedStage(failure);
                    }
                    Duration pause = retry.pause(repetition + 1, random.getAsDouble(), S3Failures.wishedPause(failure));
                    return Patterns.after(
                            pause, system.classicSystem(), () -> send(scope, request, repeatable, repetition + 1));
                })
                .thenCompose(Function.identity());
    }

    private <T> CompletionStage<T> sendSigned(
            RequestScope scope, Function<S3AsyncClient, CompletableFuture<T>> request, Optional<Keys> keys) {
        S3AsyncClient signed =
                keys.<S3AsyncClient>map(some -> new KeyedClient(client, some)).orElse(client);
        return sendOnce(scope, () -> request.apply(signed))
                .<CompletionStage<T>>handle((answer, failure) -> failure == null
                        ? CompletableFuture.completedStage(answer)
                        : CompletableFuture.failedStage(
                                keys.isPresent() && signing.expired(keys.get(), failure)
                                        ? new NothingDone.KeysExpired(failure)
                                        : failure))
                .thenCompose(Function.identity());
    }

    private static <T> CompletableFuture<T> sendOnce(RequestScope scope, Supplier<CompletableFuture<T>> request) {
        CompletableFuture<T> answer;
        try {
            scope.beforeRequest();
            answer = request.get();
        } catch (RuntimeException nothingSent) {
            return CompletableFuture.failedFuture(nothingSent);
        }
        return answer.whenComplete((good, failure) -> {
            if (failure == null) {
                scope.answered();
            }
        });
    }
}
