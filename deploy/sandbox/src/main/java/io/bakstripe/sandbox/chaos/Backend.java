package io.bakstripe.sandbox.chaos;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * The store behind the gateway.
 *
 * @param port that it serves on, on loopback
 * @param objects the same objects, without a server in between
 */
record Backend(int port, BlobStore objects) {
    /** What a foreign object holds. */
    static final String FOREIGN = "an object of someone else";

    /** Writes an object that no request asked for; one that has the key is replaced. */
    void putForeign(String bucket, String key) {
        byte[] content = FOREIGN.getBytes(StandardCharsets.UTF_8);
        objects.putBlob(
                PutObjectRequest.builder()
                        .bucket(bucket)
                        .key(key)
                        .contentType("text/plain")
                        .contentLength((long) content.length)
                        .build(),
                new ByteArrayInputStream(content));
    }
}
