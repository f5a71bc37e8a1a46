package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.sandbox.SandboxProcess;
import java.net.URI;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Unfinished uploads in a sandbox's bucket, as a stock client sees them. */
final class SandboxUploads implements AutoCloseable {
    private final S3AsyncClient s3;
    private final String bucket;

    SandboxUploads(SandboxProcess.Store store) {
        this.bucket = store.bucket();
        this.s3 = S3AsyncClient.builder()
                .endpointOverride(URI.create(store.endpoint()))
                .forcePathStyle(true)
                .region(Region.of(store.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(store.accessKey(), store.secretKey())))
                .build();
    }

    /** There is nothing but at most {@code empty} uploads without any part, no two of one key; those are taken away. */
    void requireNoneBut(int empty) {
        List<MultipartUpload> found = s3.listMultipartUploads(request -> request.bucket(bucket))
                .join()
                .uploads();
        assertThat(found).as("unfinished uploads").hasSizeLessThanOrEqualTo(empty);
        assertThat(found).extracting(MultipartUpload::key).doesNotHaveDuplicates();
        for (MultipartUpload upload : found) {
            assertThat(s3.listParts(request ->
                                    request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()))
                            .join()
                            .parts())
                    .as("parts of %s", upload.key())
                    .isEmpty();
            s3.abortMultipartUpload(
                            request -> request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()))
                    .join();
        }
    }

    @Override
    public void close() {
        s3.close();
    }
}
