package io.bakstripe.worker.store.aws;

import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import io.bakstripe.worker.store.RequestScope;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Sends requests with somebody's keys, as often as it takes and their scope allows. The only place where requests are repeated. */
public final class SignedCalls {
    private final Signing signing;
    private final RetrySettings retry;
    private final ActorSystem<?> system;
    private final DoubleSupplier random;

    /**
     * @param signing with whose keys
     * @param system whose scheduler times the pauses
     * @param random 0 to 1, for the jitter of the pauses; thread-safe
     */
    public SignedCalls(Signing signing, RetrySettings retry, ActorSystem<?> system, DoubleSupplier random) {
        this.signing = signing;
        this.retry = retry;
        this.system = system;
        this.random = random;
    }

    public Signing signing() {
        return signing;
    }

    /** The scope of a call that belongs to no other. */
    public RequestScope ownScope() {
        return RequestScope.ofBudget(retry.repetitions());
    }

    public SignedCalls withRepetitions(int repetitions) {
        return new SignedCalls(signing, retry.withRepetitions(repetitions), system, random);
    }

    public SignedCalls signedBy(Signing other) {
        return new SignedCalls(other, retry, system, random);
    }

    /**
     * Sends a request until it is answered or the scope has no repetitions left; fails with what the last one failed with.
     *
     * @param scope asked before each request
     * @param request sends it with these keys; empty: with those that the client has by itself
     * @param repeatable whether the request may be sent again after a failure
     */
    public <T> CompletionStage<T> send(
            RequestScope scope,
            Function<Optional<Keys>, CompletableFuture<T>> request,
            Predicate<Throwable> repeatable) {
        return send(scope, request, repeatable, 0);
    }

    private <T> CompletionStage<T> send(
            RequestScope scope,
            Function<Optional<Keys>, CompletableFuture<T>> request,
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
                    Duration pause =
                            retry.pause(repetition + 1, random.getAsDouble(), AwsFailures.wishedPause(failure));
                    return Patterns.after(
                            pause, system.classicSystem(), () -> send(scope, request, repeatable, repetition + 1));
                })
                .thenCompose(Function.identity());
    }

    private <T> CompletionStage<T> sendSigned(
            RequestScope scope, Function<Optional<Keys>, CompletableFuture<T>> request, Optional<Keys> keys) {
        return sendOnce(scope, () -> request.apply(keys))
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
