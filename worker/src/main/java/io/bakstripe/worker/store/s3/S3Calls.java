package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import io.bakstripe.protocol.name.S3Arn;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Sends requests as often as it takes and the retry budget allows, and turns what fails into the catalogue's errors. */
final class S3Calls {
    private final RetrySettings retry;
    private final ActorSystem<?> system;

    /** @param system whose scheduler times the pauses */
    S3Calls(RetrySettings retry, ActorSystem<?> system) {
        this.retry = retry;
        this.system = system;
    }

    S3Calls withAttempts(int attempts) {
        return new S3Calls(retry.withAttempts(attempts), system);
    }

    /** For requests of which no refusal is expected. */
    static <R> Optional<R> unexpected(AwsServiceException refusal) {
        return Optional.empty();
    }

    /** Like {@link #ask(S3Operation, String, String, Supplier, Function, Function)}, about a file. */
    <T, R> CompletionStage<R> ask(
            S3Operation operation,
            S3Arn file,
            Supplier<CompletableFuture<T>> request,
            Function<T, R> answered,
            Function<AwsServiceException, Optional<R>> refused) {
        return ask(operation, file.bucket(), file.toString(), request, answered, refused);
    }

    /**
     * Sends a request until it is answered or the retries are used up.
     *
     * @param subject what the request is about, for texts
     * @param answered makes the result of a good answer
     * @param refused makes the result of a refusal that the caller expects; empty for others; may throw a {@code BakstripeException}
     */
    <T, R> CompletionStage<R> ask(
            S3Operation operation,
            String bucket,
            String subject,
            Supplier<CompletableFuture<T>> request,
            Function<T, R> answered,
            Function<AwsServiceException, Optional<R>> refused) {
        return Patterns.retry(
                        request::get,
                        retry.attempts() - 1,
                        retry.minBackoff(),
                        retry.maxBackoff(),
                        retry.jitter(),
                        S3Failures::isTransient,
                        system.classicSystem())
                .handle((answer, failure) -> {
                    if (failure == null) {
                        return answered.apply(answer);
                    }
                    return S3Failures.answer(failure)
                            .flatMap(refused)
                            .orElseThrow(() ->
                                    new CompletionException(S3Failures.translate(operation, bucket, subject, failure)));
                });
    }

    /** Sends a request that must not be sent twice. */
    <T> CompletionStage<T> once(S3Operation operation, S3Arn file, Supplier<CompletableFuture<T>> request) {
        return request.get().exceptionally(failure -> {
            throw new CompletionException(S3Failures.translate(operation, file.bucket(), file.toString(), failure));
        });
    }
}
