package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.AwsFailures;
import io.bakstripe.worker.store.aws.SignedCalls;
import io.bakstripe.worker.store.aws.Signing;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Sends requests as often as it takes and their scope allows, and turns what fails into the catalogue's errors.
 */
final class S3Calls {
    private final S3AsyncClient client;
    private final SignedCalls calls;

    /**
     * @param client sends them
     * @param calls with whose keys, and how often
     */
    S3Calls(S3AsyncClient client, SignedCalls calls) {
        this.client = client;
        this.calls = calls;
    }

    /** The scope of a call that belongs to no other. */
    RequestScope ownScope() {
        return calls.ownScope();
    }

    S3Calls withRepetitions(int repetitions) {
        return new S3Calls(client, calls.withRepetitions(repetitions));
    }

    S3Calls signedBy(Signing other) {
        return new S3Calls(client, calls.signedBy(other));
    }

    /** With whose keys requests are signed. */
    Signing signing() {
        return calls.signing();
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
        return send(scope, request, AwsFailures::isTransient).handle((answer, failure) -> {
            if (failure == null) {
                return answered.apply(answer);
            }
            Optional<R> expected = AwsFailures.answer(failure).flatMap(refused);
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
        return send(scope, request, AwsFailures::isNothingDone).exceptionally(failure -> {
            throw new CompletionException(S3Failures.translate(operation, file.bucket(), file.toString(), failure));
        });
    }

    private <T> CompletionStage<T> send(
            RequestScope scope,
            Function<S3AsyncClient, CompletableFuture<T>> request,
            Predicate<Throwable> repeatable) {
        return calls.send(
                scope,
                keys -> request.apply(keys.<S3AsyncClient>map(some -> new KeyedClient(client, some))
                        .orElse(client)),
                repeatable);
    }
}
