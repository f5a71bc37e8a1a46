package io.bakstripe.node.chaos;

import io.bakstripe.node.RunningNode;
import io.bakstripe.node.sandbox.SandboxProcess;
import io.bakstripe.worker.store.SetMetadata;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What really lies in the bucket: a client that no fault strikes. */
final class StoreWitness implements AutoCloseable {
    private static final String BUCKET = RunningNode.BUCKET;

    private final S3AsyncClient s3;

    StoreWitness(SandboxProcess.Store store, String calmEndpoint) {
        this.s3 = S3AsyncClient.builder()
                .endpointOverride(URI.create(calmEndpoint))
                .forcePathStyle(true)
                .region(Region.of(store.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(store.accessKey(), store.secretKey())))
                .build();
    }

    /**
     * The stripes of one set that can be seen.
     *
     * @param families how many the set should have
     */
    record VisibleSet(String setId, int families, List<String> keys) {
        VisibleSet {
            keys = List.copyOf(keys);
        }

        boolean isWhole() {
            return keys.size() == families;
        }
    }

    /** An unfinished upload. */
    record OpenUpload(String key, String id, int parts) {}

    List<String> keys() {
        return s3.listObjectsV2(request -> request.bucket(BUCKET)).join().contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /** Every set of which a stripe can be seen, by its id; objects of others are none. */
    Map<String, VisibleSet> sets() {
        Map<String, VisibleSet> sets = new TreeMap<>();
        for (String key : keys()) {
            HeadObjectResponse head =
                    s3.headObject(request -> request.bucket(BUCKET).key(key)).join();
            String setId = head.metadata().get(SetMetadata.SET_ID);
            if (setId == null) {
                continue;
            }
            List<String> keys =
                    new ArrayList<>(sets.containsKey(setId) ? sets.get(setId).keys() : List.of());
            keys.add(key);
            sets.put(
                    setId,
                    new VisibleSet(setId, Integer.parseInt(head.metadata().get(SetMetadata.FAMILIES)), keys));
        }
        return sets;
    }

    List<OpenUpload> uploads() {
        List<OpenUpload> open = new ArrayList<>();
        s3.listMultipartUploads(request -> request.bucket(BUCKET))
                .join()
                .uploads()
                .forEach(upload -> {
                    try {
                        int parts = s3.listParts(request ->
                                        request.bucket(BUCKET).key(upload.key()).uploadId(upload.uploadId()))
                                .join()
                                .parts()
                                .size();
                        open.add(new OpenUpload(upload.key(), upload.uploadId(), parts));
                    } catch (CompletionException gone) {
                        // It may end between the two questions.
                        if (!(gone.getCause() instanceof NoSuchUploadException)) {
                            throw gone;
                        }
                    }
                });
        return open;
    }

    /** A whole object. */
    byte[] bytes(String key) {
        return s3.getObject(request -> request.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArrayUnsafe();
    }

    /** An object's user metadata. */
    Map<String, String> metadata(String key) {
        return s3.headObject(request -> request.bucket(BUCKET).key(key)).join().metadata();
    }

    /** Puts an object there with user metadata, as whoever may write to the bucket can. */
    void put(String key, byte[] content, Map<String, String> metadata) {
        s3.putObject(request -> request.bucket(BUCKET).key(key).metadata(metadata), AsyncRequestBody.fromBytes(content))
                .join();
    }

    void put(String key, String content) {
        s3.putObject(request -> request.bucket(BUCKET).key(key), AsyncRequestBody.fromString(content))
                .join();
    }

    void delete(String key) {
        s3.deleteObject(request -> request.bucket(BUCKET).key(key)).join();
    }

    @Override
    public void close() {
        s3.close();
    }
}
