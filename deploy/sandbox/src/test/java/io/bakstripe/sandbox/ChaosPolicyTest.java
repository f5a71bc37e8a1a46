package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Which requests the policy of the documentation lets through, and which each of its permissions stands for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChaosPolicyTest {
    private static final String BUCKET = ChaosSandbox.BUCKET;

    private ChaosSandbox sandbox;

    @BeforeAll
    void start(@TempDir Path directory) {
        sandbox = ChaosSandbox.start(directory);
        sandbox.put(sandbox.calm(), "there", "content");
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    /** One request of each kind; several fail for other reasons than the policy, which is all the same here. */
    private Map<String, Runnable> requests() {
        S3AsyncClient client = sandbox.struck();
        Map<String, Runnable> requests = new LinkedHashMap<>();
        requests.put("ListBuckets", () -> client.listBuckets().join());
        requests.put(
                "HeadBucket", () -> client.headBucket(r -> r.bucket(BUCKET)).join());
        requests.put(
                "ListObjects", () -> client.listObjectsV2(r -> r.bucket(BUCKET)).join());
        requests.put(
                "GetBucketLocation",
                () -> client.getBucketLocation(r -> r.bucket(BUCKET)).join());
        requests.put(
                "ListMultipartUploads",
                () -> client.listMultipartUploads(r -> r.bucket(BUCKET)).join());
        requests.put(
                "CreateBucket",
                () -> client.createBucket(r -> r.bucket("other")).join());
        requests.put(
                "GetBucketVersioning",
                () -> client.getBucketVersioning(r -> r.bucket(BUCKET)).join());
        requests.put(
                "HeadObject",
                () -> client.headObject(r -> r.bucket(BUCKET).key("there")).join());
        requests.put("GetObject", () -> sandbox.get(client, "there").join());
        requests.put(
                "PutObject",
                () -> client.putObject(r -> r.bucket(BUCKET).key("new"), AsyncRequestBody.fromString("x"))
                        .join());
        requests.put(
                "CopyObject",
                () -> client.copyObject(r -> r.sourceBucket(BUCKET)
                                .sourceKey("there")
                                .destinationBucket(BUCKET)
                                .destinationKey("copy"))
                        .join());
        requests.put(
                "DeleteObject",
                () -> client.deleteObject(r -> r.bucket(BUCKET).key("absent")).join());
        requests.put(
                "GetObjectAcl",
                () -> client.getObjectAcl(r -> r.bucket(BUCKET).key("there")).join());
        requests.put("CreateMultipartUpload", () -> sandbox.create(client, "upload"));
        requests.put("UploadPart", () -> sandbox.part(client, "upload", "unknown", "x"));
        requests.put(
                "CompleteMultipartUpload",
                () -> client.completeMultipartUpload(
                                r -> r.bucket(BUCKET).key("upload").uploadId("unknown"))
                        .join());
        requests.put(
                "ListParts",
                () -> client.listParts(r -> r.bucket(BUCKET).key("upload").uploadId("unknown"))
                        .join());
        requests.put(
                "AbortMultipartUpload",
                () -> client.abortMultipartUpload(
                                r -> r.bucket(BUCKET).key("upload").uploadId("unknown"))
                        .join());
        return requests;
    }

    private Set<String> denied(String policy, List<String> deny) {
        String quoted =
                String.join(",", deny.stream().map(name -> '"' + name + '"').toList());
        assertThat(sandbox.control("PUT", "{\"policy\": \"%s\", \"deny\": [%s]}".formatted(policy, quoted))
                        .statusCode())
                .isEqualTo(200);
        Set<String> denied = new TreeSet<>();
        requests().forEach((name, request) -> {
            try {
                request.run();
            } catch (CompletionException failure) {
                if (failure.getCause() instanceof S3Exception refusal && refusal.statusCode() == 403) {
                    denied.add(name);
                }
            }
        });
        return denied;
    }

    @Test
    void theDocumentedPolicyAllowsNothingElse() {
        assertThat(denied("documented", List.of()))
                .containsExactlyInAnyOrder(
                        "ListBuckets",
                        "ListMultipartUploads",
                        "CreateBucket",
                        "GetBucketVersioning",
                        "DeleteObject",
                        "GetObjectAcl");
    }

    @Test
    void anOpenPolicyDeniesNothing() {
        assertThat(denied("open", List.of())).isEmpty();
    }

    @Test
    void eachPermissionCanBeTakenAway() {
        assertThat(denied("open", List.of("s3:ListBucket"))).containsExactlyInAnyOrder("HeadBucket", "ListObjects");
        assertThat(denied("open", List.of("s3:GetBucketLocation"))).containsExactly("GetBucketLocation");
        assertThat(denied("open", List.of("s3:GetObject")))
                .containsExactlyInAnyOrder("HeadObject", "GetObject", "CopyObject");
        assertThat(denied("open", List.of("s3:PutObject")))
                .containsExactlyInAnyOrder(
                        "PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload");
        assertThat(denied("open", List.of("s3:ListMultipartUploadParts"))).containsExactly("ListParts");
        assertThat(denied("open", List.of("s3:AbortMultipartUpload"))).containsExactly("AbortMultipartUpload");
    }

    @Test
    void whoMayNotListDoesNotLearnWhatIsMissing() {
        assertThat(statusOfMissing("[]")).isEqualTo(404);
        assertThat(statusOfMissing("[\"s3:ListBucket\"]")).isEqualTo(403);
    }

    private int statusOfMissing(String deny) {
        sandbox.control("PUT", "{\"policy\": \"documented\", \"deny\": %s}".formatted(deny));
        try {
            sandbox.struck()
                    .headObject(request -> request.bucket(BUCKET).key("missing"))
                    .join();
            return 200;
        } catch (CompletionException failure) {
            return failure.getCause() instanceof S3Exception refusal ? refusal.statusCode() : 0;
        }
    }
}
