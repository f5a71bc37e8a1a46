package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.OBJECT;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that are copied onto themselves: what goes over the wire, and what is made of the answers. */
class S3ObjectRewriterTest {
    private static final Map<String, String> METADATA = Map.of("x-amz-key-v2", "new");
    private static final List<Long> PARTS = List.of(600L, 300L, 100L);
    private static final long WHOLE = 1000;
    private static final long IN_PARTS = 999;

    private static RecordedStore recorded;
    private static RecordingServer server;

    private S3ObjectStore store;

    @BeforeAll
    static void serve() throws IOException {
        recorded = new RecordedStore();
        server = recorded.server();
    }

    @BeforeEach
    void open() {
        server.reset();
        reopen(Map.of());
    }

    @AfterAll
    static void shutDown() {
        recorded.close();
    }

    private void reopen(Map<String, Object> more) {
        store = recorded.with(more);
        server.answerUsually(request -> switch (request.operation()) {
            case "HeadObject" ->
                Answer.of(200, "")
                        .with("ETag", OBJECT.etag())
                        .with("Content-Length", "1000")
                        .with("Content-Type", "application/octet-stream")
                        .with("x-amz-storage-class", "STANDARD_IA")
                        .with("x-amz-server-side-encryption", "aws:kms")
                        .with("x-amz-server-side-encryption-aws-kms-key-id", "its-key")
                        .with("x-amz-meta-x-amz-key-v2", "old");
            case "PutObject" -> Answer.of(200, "<CopyObjectResult><ETag>\"copy\"</ETag></CopyObjectResult>");
            case "UploadPart" ->
                Answer.of(
                        200,
                        "<CopyPartResult><ETag>\"part\"</ETag><ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></CopyPartResult>");
            case "CreateMultipartUpload" ->
                Answer.of(
                        200, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
            case "CompleteMultipartUpload" ->
                Answer.of(200, "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>");
            case "AbortMultipartUpload" -> Answer.of(204, "");
            case "ListParts" -> Answer.error(404, "NoSuchUpload", "gone");
            default -> Answer.of(500, "");
        });
    }

    private boolean rewritten(long largestCopy) throws Exception {
        return await(store.rewriter(largestCopy).rewrite(OBJECT, METADATA, PARTS));
    }

    private static void requireKept(Request request) {
        assertThat(request.header("x-amz-meta-x-amz-key-v2")).contains("new");
        assertThat(request.header("x-amz-storage-class")).contains("STANDARD_IA");
        assertThat(request.header("x-amz-server-side-encryption")).contains("aws:kms");
        assertThat(request.header("x-amz-server-side-encryption-aws-kms-key-id"))
                .contains("its-key");
    }

    @Test
    void copiesTheObjectThatWasReadOverItselfAndNoOther() throws Exception {
        assertThat(rewritten(WHOLE)).isTrue();

        Request request = server.only("PutObject");
        requireKept(request);
        assertThat(request.header("x-amz-copy-source")).isPresent();
        assertThat(request.header("x-amz-metadata-directive")).contains("REPLACE");
        assertThat(request.header("x-amz-copy-source-if-match")).contains(OBJECT.etag());
        assertThat(request.header("If-Match")).contains(OBJECT.etag());
    }

    @Test
    void copiesLargeOnesInTheirOwnParts() throws Exception {
        assertThat(rewritten(IN_PARTS)).isTrue();

        requireKept(server.only("CreateMultipartUpload"));
        List<Request> copies = server.requests().stream()
                .filter(request -> request.asks("UploadPart"))
                .toList();
        assertThat(copies)
                .extracting(request -> request.header("x-amz-copy-source-range").orElseThrow())
                .containsExactlyInAnyOrder("bytes=0-599", "bytes=600-899", "bytes=900-999");
        assertThat(copies)
                .allSatisfy(request ->
                        assertThat(request.header("x-amz-copy-source-if-match")).contains(OBJECT.etag()));
        assertThat(server.only("CompleteMultipartUpload").header("If-Match")).contains(OBJECT.etag());
    }

    @Test
    void holdsOnlyTheSourceToItsTagWhereTheStoreHonoursNoConditions() throws Exception {
        reopen(Map.of("store.conditional-writes", false));

        assertThat(rewritten(WHOLE)).isTrue();

        Request request = server.only("PutObject");
        assertThat(request.header("x-amz-copy-source-if-match")).contains(OBJECT.etag());
        assertThat(request.header("If-Match")).isEmpty();
    }

    @Test
    void writesNothingOverAnotherObject() throws Exception {
        server.answerNext(Answer.of(200, "").with("ETag", "\"other\"").with("Content-Length", "1000"));

        assertThat(rewritten(WHOLE)).isFalse();

        assertThat(server.requests()).extracting(Request::operation).containsOnly("HeadObject");
    }

    @Test
    void saysWhenTheObjectWasReplacedMeanwhile() throws Exception {
        server.answerUsually(request -> request.asks("PutObject")
                ? Answer.error(412, "PreconditionFailed", "replaced")
                : Answer.of(200, "").with("ETag", OBJECT.etag()).with("Content-Length", "1000"));

        assertThat(rewritten(WHOLE)).isFalse();
    }

    @Test
    void findsItsOwnCopyWhenTheAnswerWasLost() throws Exception {
        server.answerUsually(request -> request.asks("PutObject")
                ? Answer.error(412, "PreconditionFailed", "replaced")
                : Answer.of(200, "")
                        .with("ETag", OBJECT.etag())
                        .with("Content-Length", "1000")
                        .with("x-amz-meta-x-amz-key-v2", "new"));

        assertThat(rewritten(WHOLE)).isTrue();
    }

    @Test
    void abortsWhatItBegan() {
        reopen(Map.of());
        server.answerNext(
                Answer.of(200, "").with("ETag", OBJECT.etag()).with("Content-Length", "1000"),
                Answer.of(
                        200, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"),
                Answer.error(403, "AccessDenied", "no"));

        assertThat(problem(store.rewriter(IN_PARTS).rewrite(OBJECT, METADATA, PARTS))
                        .error())
                .isEqualTo(BackupError.ACCESS_DENIED);

        assertThat(server.only("AbortMultipartUpload").operation()).isNotEmpty();
    }
}
