package io.bakstripe.worker.store.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;

/** What clients of services with small answers have in common: they repeat nothing of their own accord, and give up in time. */
public final class AwsClients {
    private AwsClients() {}

    /**
     * How a service is reached.
     *
     * @param endpoint empty: AWS, by region
     * @param apiCallTimeout for a whole answer, the connection included
     * @param most connections at once
     */
    public record Reach(
            Optional<URI> endpoint, String region, Duration connectTimeout, Duration apiCallTimeout, int most) {}

    /**
     * Sets up a client; nothing is sent before its first call.
     *
     * @param executor runs what follows an answer
     */
    public static <B extends AwsClientBuilder<B, C> & AwsAsyncClientBuilder<B, C>, C> C open(
            B builder, Reach reach, AwsCredentialsProvider credentials, Executor executor) {
        builder.region(Region.of(reach.region()))
                .credentialsProvider(credentials)
                .overrideConfiguration(override ->
                        override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(reach.apiCallTimeout()))
                .asyncConfiguration(async ->
                        async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, executor))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(reach.most())
                        .connectionTimeout(reach.connectTimeout())
                        .connectionAcquisitionTimeout(reach.apiCallTimeout())
                        .readTimeout(reach.apiCallTimeout())
                        .writeTimeout(reach.apiCallTimeout()));
        reach.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    /** Credentials of the node's configuration; without an access key those that the SDK's default chain finds. */
    public static AwsCredentialsProvider credentials(Optional<String> accessKey, Secret secretKey) {
        return accessKey
                .<AwsCredentialsProvider>map(
                        key -> StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secretKey.value())))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }
}
