package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.OBJECT;
import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is made of a store that refuses: the likely cause of a denial, and where a bucket is that is not here. */
class S3DenialTest {
    private static final Answer DENIED = Answer.error(403, "AccessDenied", "User is not authorized");
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
        store = recorded.with(Map.of());
    }

    @AfterAll
    static void shutDown() {
        recorded.close();
    }

    /** Denies these operations, without a body where HEAD has none. */
    private static void deny(String... operations) {
        server.answerUsually(request -> List.of(operations).contains(request.operation())
                ? request.method().equals("HEAD") ? Answer.of(403, "") : DENIED
                : RecordingServer.agreeing(request));
    }

    private static void assertDenied(Problem problem) {
        assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(problem.detail()).isEqualTo("Access Denied");
    }

    @Nested
    class AccessDenied {
        @Test
        void isBlamedOnTheBucketWhenNothingOfItMayBeAsked() {
            deny("HeadBucket", "GetBucketLocation");

            Problem problem = problem(store.region("some-bucket"));

            assertDenied(problem);
            assertThat(problem.hint())
                    .startsWith("Check that some-bucket is the bucket you mean")
                    .contains("s3:ListBucket", "s3:GetBucketLocation", "User is not authorized");
        }

        @Test
        void isBlamedOnThePolicyWhenTheBucketMayBeLocatedButNotListed() {
            deny("HeadBucket");

            Problem problem = problem(store.region("some-bucket"));

            assertDenied(problem);
            assertThat(problem.hint()).contains("policy", "s3:ListBucket").doesNotContain("you mean");
        }

        @Test
        void isBlamedOnThePolicyWhenTheBucketMayBeListedButNotLocated() {
            deny("GetBucketLocation");

            Problem problem = problem(store.region("some-bucket"));

            assertDenied(problem);
            assertThat(problem.hint())
                    .contains("policy", "s3:GetBucketLocation")
                    .doesNotContain("you mean");
        }

        @Test
        void isBlamedOnTheFileWhenTheListingShowsIt() {
            server.answerUsually(request ->
                    request.asks("ListObjectsV2") ? Answer.of(200, """
                            <ListBucketResult><Contents><Key>%s</Key><Size>5</Size><ETag>"1"</ETag></Contents></ListBucketResult>""".formatted(FILE.key())) : Answer.of(403, ""));

            Problem problem = problem(store.head(FILE));

            assertDenied(problem);
            assertThat(problem.hint()).contains(FILE.toString(), "is there", "another account");
            Request listing = server.only("ListObjectsV2");
            assertThat(listing.query()).contains("max-keys=1").contains("prefix=folder");
        }

        @Test
        void isBlamedOnThePolicyWhenTheListingDoesNotShowTheFile() {
            server.answerUsually(request ->
                    request.asks("ListObjectsV2") ? Answer.of(200, """
                            <ListBucketResult><Contents><Key>%s2</Key><Size>5</Size><ETag>"1"</ETag></Contents></ListBucketResult>""".formatted(FILE.key())) : Answer.of(403, ""));

            Problem problem = problem(store.head(FILE));

            assertDenied(problem);
            assertThat(problem.hint()).contains("policy", "s3:GetObject").doesNotContain("another account");
        }

        @Test
        void isBlamedOnTheCredentialsWhenOnlyTheSecondQuestionSaysSo() {
            server.answerUsually(request -> request.method().equals("HEAD")
                    ? Answer.of(403, "")
                    : Answer.error(403, "InvalidAccessKeyId", "The key does not exist in our records."));

            assertThat(problem(store.head(FILE)).hint()).contains("access key and secret key", "in our records");
            assertThat(problem(store.region("some-bucket")).hint())
                    .contains("access key and secret key", "in our records");
        }

        @Test
        void isBlamedOnTheClockWhenItIsWrong() {
            server.answerUsually(request -> request.method().equals("HEAD")
                    ? Answer.of(403, "")
                    : Answer.error(403, "RequestTimeTooSkewed", "The difference is too large."));

            assertThat(problem(store.head(FILE)).hint()).contains("clock", "The difference is too large.");
        }

        @Test
        void namesTheActionOfEachOtherRequest() {
            server.answerUsually(request -> DENIED);

            assertThat(problem(store.createUpload(FILE, Map.of())).hint()).contains("s3:PutObject");
            assertThat(problem(store.uploadPart(UPLOAD, 1, List.of(ByteBuffer.allocate(1)), 0))
                            .hint())
                    .contains("s3:PutObject");
            assertThat(problem(store.listParts(UPLOAD)).hint()).contains("s3:ListMultipartUploadParts");
            assertThat(problem(store.abort(UPLOAD)).hint()).contains("s3:AbortMultipartUpload");
            assertThat(problem(store.read(OBJECT, 0, 1)).hint()).contains("s3:GetObject");
            assertThat(server.requests()).hasSize(5);
        }
    }

    @Nested
    class AnotherRegion {
        @Test
        void isNamedByTheHeaderOfARefusalWithoutABody() throws Exception {
            server.answerNext(Answer.of(400, "").with("x-amz-bucket-region", "ap-south-1"));

            assertThat(await(store.region("some-bucket"))).isEqualTo("ap-south-1");
        }

        @Test
        void isNamedByTheTextOfASignatureForAnotherRegion() throws Exception {
            server.answerNext(
                    Answer.of(400, ""),
                    Answer.error(
                            400,
                            "AuthorizationHeaderMalformed",
                            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"));

            assertThat(await(store.region("some-bucket"))).isEqualTo("eu-west-1");
            assertThat(server.requests())
                    .extracting(Request::operation)
                    .containsExactly("HeadBucket", "GetBucketLocation");
        }

        @Test
        void isLookedUpWhenARedirectDoesNotNameIt() throws Exception {
            server.answerNext(Answer.of(301, ""));

            assertThat(await(store.region("some-bucket"))).isEqualTo("eu-north-1");
        }

        @Test
        void isSaidWhenAnyOtherRequestIsSentThere() {
            server.answerUsually(request -> Answer.error(301, "PermanentRedirect", "Use another endpoint.")
                    .with("x-amz-bucket-region", "ap-south-1"));

            Problem problem = problem(store.createUpload(FILE, Map.of()));

            assertThat(problem.error()).isEqualTo(BackupError.BUCKET_REGION);
            assertThat(problem.detail())
                    .isEqualTo("Please specify a bucket that is in the same region as RDS instance");
            assertThat(problem.hint()).contains("ap-south-1", "store.region");
        }

        @Test
        void isNotReadOutOfOtherRefusals() {
            server.answerNext(Answer.error(400, "InvalidPart", "A part could not be found.")
                    .with("x-amz-bucket-region", "ap-south-1"));

            assertThat(problem(store.listParts(UPLOAD)).error()).isEqualTo(BackupError.STORE_FAILED);
        }
    }

    @Test
    void absentBucketHasTheReferencesText() {
        server.answerUsually(request -> Answer.error(404, "NoSuchBucket", "said otherwise"));

        assertThat(problem(store.createUpload(FILE, Map.of())).detail())
                .isEqualTo("The specified bucket does not exist");
    }
}
