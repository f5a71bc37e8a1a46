package io.bakstripe.sandbox;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** An S3 client as anyone would build it, with the SDK's defaults. */
final class StockClient {
    private StockClient() {}

    static S3AsyncClient of(SandboxServer server) {
        return of(
                server.endpoint(),
                server.identity().accessKey(),
                server.identity().secretKey());
    }

    static S3AsyncClient of(String endpoint, String accessKey, String secretKey) {
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.of(SandboxServer.REGION))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .build();
    }
}
