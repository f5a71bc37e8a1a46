package io.bakstripe.worker.store.s3;

import io.bakstripe.worker.store.aws.Keys;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/** A client, with its connections, whose requests are signed with keys of their own. Cheap: one may be made for each request. */
final class KeyedClient extends DelegatingS3AsyncClient {
    private final StaticCredentialsProvider keys;

    KeyedClient(S3AsyncClient client, Keys keys) {
        super(client);
        this.keys = StaticCredentialsProvider.create(keys.credentials());
    }

    @Override
    @SuppressWarnings("unchecked") // A request's own builder builds requests of its type.
    protected <T extends S3Request, R> CompletableFuture<R> invokeOperation(
            T request, Function<T, CompletableFuture<R>> operation) {
        AwsRequestOverrideConfiguration signed = request.overrideConfiguration()
                .map(AwsRequestOverrideConfiguration::toBuilder)
                .orElseGet(AwsRequestOverrideConfiguration::builder)
                .credentialsProvider(keys)
                .build();
        return operation.apply(
                (T) request.toBuilder().overrideConfiguration(signed).build());
    }
}
