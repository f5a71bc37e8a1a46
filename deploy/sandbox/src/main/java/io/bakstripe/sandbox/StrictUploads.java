package io.bakstripe.sandbox;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Makes the file system backend answer as S3 does for an upload that was completed or aborted. By itself it stores parts of such uploads and lists
 * no parts for them, so that a client could not tell an aborted upload from one that waits for its first part.
 */
final class StrictUploads extends ForwardingBlobStore {
    private final Path root;

    /** @param root the directory that the buckets lie in */
    StrictUploads(BlobStore delegate, Path root) {
        super(delegate);
        this.root = root;
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream payload) {
        requireOpen(upload);
        return super.uploadMultipartPart(upload, request, payload);
    }

    @Override
    public List<Part> listMultipartUpload(MultipartUpload upload) {
        requireOpen(upload);
        return super.listMultipartUpload(upload);
    }

    private void requireOpen(MultipartUpload upload) {
        // The backend keeps a stub with the object's metadata for as long as the upload is open.
        Path stub = root.resolve(upload.containerName())
                .resolve(".mpus-" + upload.id() + "-" + upload.blobName() + "-stub")
                .normalize();
        if (!stub.startsWith(root) || !Files.exists(stub)) {
            String text = "The specified upload does not exist. It may have been completed or aborted.";
            throw (NoSuchUploadException) NoSuchUploadException.builder()
                    .statusCode(404)
                    .message(text)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("NoSuchUpload")
                            .errorMessage(text)
                            .sdkHttpResponse(
                                    SdkHttpResponse.builder().statusCode(404).build())
                            .build())
                    .build();
        }
    }
}
