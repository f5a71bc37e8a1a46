package io.bakstripe.worker.store.s3;

import io.bakstripe.worker.store.aws.AwsClients;
import java.util.concurrent.Executor;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Builds the SDK's client so that it does nothing of its own accord: no retries, no checksums, no chunked encoding. */
final class S3Clients {
    private S3Clients() {}

    static S3AsyncClient open(StoreSettings settings, Executor executor) {
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .region(Region.of(settings.region()))
                .credentialsProvider(credentials(settings))
                .forcePathStyle(settings.pathStyle())
                .putAuthScheme(new PartSigning())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                .overrideConfiguration(override ->
                        override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(settings.apiCallTimeout()))
                .asyncConfiguration(async ->
                        async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, executor))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(settings.maxConnections())
                        .connectionTimeout(settings.connectTimeout())
                        // Requests that wait for one of our own connections are not the store's failure.
                        .connectionAcquisitionTimeout(settings.apiCallTimeout())
                        .readTimeout(settings.readTimeout())
                        .writeTimeout(settings.readTimeout())
                        .tcpKeepAlive(true));
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    /** The node's own credentials. */
    static AwsCredentialsProvider credentials(StoreSettings settings) {
        return AwsClients.credentials(settings.accessKey(), settings.secretKey());
    }
}
