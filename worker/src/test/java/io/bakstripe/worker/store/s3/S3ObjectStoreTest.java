package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.ATTEMPTS;
import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.OBJECT;
import static io.bakstripe.worker.store.s3.RecordedStore.PARTS;
import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes over the wire, and what is made of the answers; uploads of data have {@link S3UploadTest}. */
class S3ObjectStoreTest {
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
    }

    @Nested
    class Creating {
        @Test
        void asksForServerSideEncryptionByDefault() throws Exception {
            await(store.createUpload(FILE, Map.of()));

            assertThat(server.only("CreateMultipartUpload").header("x-amz-server-side-encryption"))
                    .contains("AES256");
        }

        @Test
        void asksForNoEncryptionWhereTheStoreRefusesIt() throws Exception {
            reopen(Map.of("store.sse", "none"));

            await(store.createUpload(FILE, Map.of()));

            assertThat(server.only("CreateMultipartUpload").headers().keySet())
                    .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("encryption"));
        }

        @Test
        void asksForAKeyOfTheKeyService() throws Exception {
            reopen(Map.of("store.sse", "aws:kms", "store.sse-kms-key-id", "arn:aws:kms:eu-north-1:1:key/k"));

            await(store.createUpload(FILE, Map.of()));

            Request request = server.only("CreateMultipartUpload");
            assertThat(request.header("x-amz-server-side-encryption")).contains("aws:kms");
            assertThat(request.header("x-amz-server-side-encryption-aws-kms-key-id"))
                    .contains("arn:aws:kms:eu-north-1:1:key/k");
        }

        @Test
        void carriesMetadataAndPutsTheBucketIntoThePath() throws Exception {
            Upload upload = await(store.createUpload(FILE, Map.of("bakstripe-set-id", "set-7")));

            Request request = server.only("CreateMultipartUpload");
            assertThat(upload).isEqualTo(UPLOAD);
            assertThat(request.header("x-amz-meta-bakstripe-set-id")).contains("set-7");
            assertThat(request.path()).isEqualTo("/some-bucket/folder/file%20name%2A.bak");
        }

        @Test
        void isNeverSentTwice() {
            server.answerNext(Answer.error(503, "SlowDown", "Please reduce your request rate."));

            Problem problem = problem(store.createUpload(FILE, Map.of()));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("Please reduce your request rate.");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Nested
    class Reading {
        private final byte[] bytes = "0123456789".getBytes(StandardCharsets.UTF_8);

        @Test
        void holdsTheObjectFastByItsEtag() throws Exception {
            server.answerNext(new Answer(206, Map.of(), bytes, 10));

            assertThat(await(store.read(OBJECT, 100, 10))).isEqualTo(ByteBuffer.wrap(bytes));

            Request request = server.only("GetObject");
            assertThat(request.header("Range")).contains("bytes=100-109");
            assertThat(request.header("If-Match")).contains("\"whole\"");
        }

        @Test
        void readsAgainWhenTheBodyWasTruncated() throws Exception {
            server.answerNext(
                    new Answer(206, Map.of(), new byte[] {1, 2, 3}, 10),
                    new Answer(206, Map.of(), new byte[] {1, 2, 3}, 3),
                    new Answer(206, Map.of(), bytes, 10));

            assertThat(await(store.read(OBJECT, 0, 10))).isEqualTo(ByteBuffer.wrap(bytes));

            assertThat(server.requests()).hasSize(3);
        }

        @Test
        void failsWhenBodiesStayTruncated() {
            server.answerUsually(request -> new Answer(206, Map.of(), new byte[] {1, 2, 3}, 3));

            Problem problem = problem(store.read(OBJECT, 0, 10));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("3 of 10 bytes");
            assertThat(server.requests()).hasSize(ATTEMPTS);
        }

        @Test
        void failsWhenTheStoreIgnoresTheRange() {
            server.answerUsually(request -> new Answer(200, Map.of(), new byte[1000], 1000));

            assertThat(problem(store.read(OBJECT, 0, 10)).detail()).contains("ignores ranges");
        }

        @ParameterizedTest
        @CsvSource({"412, PreconditionFailed", "404, NoSuchKey"})
        void refusesAnObjectThatChanged(int status, String code) {
            server.answerNext(Answer.error(status, code, "said so"));

            assertThat(problem(store.read(OBJECT, 0, 10)).error()).isEqualTo(BackupError.FILE_CHANGED);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Nested
    class Refused {
        @Test
        void namesThePermissionThatIsMissing() {
            server.answerUsually(request -> Answer.error(403, "AccessDenied", "User is not authorized"));

            Problem create = problem(store.createUpload(FILE, Map.of()));
            Problem list = problem(store.list("some-bucket", "", 1));
            Problem parts = problem(store.listParts(UPLOAD));

            assertThat(create.error()).isEqualTo(BackupError.ACCESS_DENIED);
            assertThat(create.detail()).isEqualTo("Access Denied");
            assertThat(create.hint()).contains("s3:PutObject", FILE.toString(), "User is not authorized");
            assertThat(list.hint()).contains("s3:ListBucket");
            assertThat(parts.hint()).contains("s3:ListMultipartUploadParts");
            assertThat(server.requests()).hasSize(3);
        }

        @Test
        void namesThePermissionsOfAHeadWithoutABody() {
            server.answerUsually(request -> Answer.of(403, ""));

            Problem problem = problem(store.head(FILE));

            assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
            assertThat(problem.hint()).contains("s3:GetObject", "s3:ListBucket");
        }

        @Test
        void blamesTheCredentialsWhenTheyAreTheCause() {
            server.answerNext(Answer.error(403, "InvalidAccessKeyId", "The key does not exist in our records."));

            Problem problem = problem(store.list("some-bucket", "", 1));

            assertThat(problem.hint()).contains("access key and secret key");
            assertThat(problem.hint() + problem.detail()).doesNotContain("not-a-real-secret");
        }

        @Test
        void tellsThatTheBucketIsNotThere() {
            server.answerUsually(request -> request.method().equals("HEAD")
                    ? Answer.of(404, "")
                    : Answer.error(404, "NoSuchBucket", "The specified bucket does not exist"));

            assertThat(problem(store.region("some-bucket")).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
            assertThat(problem(store.list("some-bucket", "", 1)).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
            assertThat(problem(store.createUpload(FILE, Map.of())).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
            assertThat(problem(store.listParts(UPLOAD)).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
            assertThat(problem(store.complete(UPLOAD, PARTS, false)).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
        }

        @Test
        void tellsThatNothingAnswers() throws Exception {
            RecordingServer gone = new RecordingServer();
            gone.close();
            // Now and then the client loses a refused connection and notices by this timeout only; then it asks again.
            reopen(Map.of(
                    "store.endpoint", gone.endpoint(), "store.read-timeout", "1 s", "store.api-call-timeout", "2 s"));

            Problem problem = problem(store.head(FILE));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("refused");
        }
    }

    @Test
    void tellsTheRegion() throws Exception {
        assertThat(await(store.region("some-bucket"))).isEqualTo("eu-north-1");
        server.answerNext(Answer.of(200, ""), Answer.of(200, "<LocationConstraint/>"));
        assertThat(await(store.region("some-bucket"))).isEqualTo("us-east-1");
        server.answerNext(Answer.of(200, ""), Answer.of(200, "<LocationConstraint>EU</LocationConstraint>"));
        assertThat(await(store.region("some-bucket"))).isEqualTo("eu-west-1");
    }

    @Test
    void asksWhetherABucketIsThereEachTimeAndWhereItLiesOnce() throws Exception {
        reopen(Map.of("store.region-kept", "1 minute"));
        server.answerNext(Answer.of(200, ""), Answer.of(200, "<LocationConstraint>ap-south-1</LocationConstraint>"));

        assertThat(await(store.region("some-bucket"))).isEqualTo("ap-south-1");
        assertThat(await(store.region("some-bucket"))).isEqualTo("ap-south-1");
        server.answerNext(Answer.of(404, ""));
        assertThat(problem(store.region("some-bucket")).error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
        // Made again, elsewhere.
        server.answerNext(Answer.of(200, ""), Answer.of(200, "<LocationConstraint>sa-east-1</LocationConstraint>"));
        assertThat(await(store.region("some-bucket"))).isEqualTo("sa-east-1");
    }

    @Test
    void asksWhereABucketLiesOnceMoreWhenItRedirectsAnywhere() throws Exception {
        reopen(Map.of("store.region-kept", "2 minutes"));
        server.answerNext(Answer.of(200, ""), Answer.of(200, "<LocationConstraint>ap-south-1</LocationConstraint>"));
        await(store.region("some-bucket"));
        server.answerNext(Answer.of(301, ""), Answer.of(200, "<LocationConstraint>sa-east-1</LocationConstraint>"));

        assertThat(await(store.region("some-bucket"))).isEqualTo("sa-east-1");
    }

    @Test
    void asksWhereABucketLiesEachTimeWhenItIsToRememberNothing() throws Exception {
        server.answerNext(
                Answer.of(200, ""),
                Answer.of(200, "<LocationConstraint>ap-south-1</LocationConstraint>"),
                Answer.of(200, ""),
                Answer.of(200, "<LocationConstraint>sa-east-1</LocationConstraint>"));

        assertThat(await(store.region("some-bucket"))).isEqualTo("ap-south-1");
        assertThat(await(store.region("some-bucket"))).isEqualTo("sa-east-1");
    }

    @Test
    void tellsTheRegionOfABucketThatRedirects() throws Exception {
        server.answerNext(Answer.of(301, "").with("x-amz-bucket-region", "ap-south-1"));

        assertThat(await(store.region("some-bucket"))).isEqualTo("ap-south-1");
    }

    @Test
    void listsAllPagesUpToTheLimit() throws Exception {
        server.answerNext(Answer.of(200, """
                        <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t1</NextContinuationToken>
                        <Contents><Key>a/</Key><Size>0</Size><ETag>"0"</ETag></Contents>
                        <Contents><Key>a/1</Key><Size>5</Size><ETag>"1"</ETag></Contents></ListBucketResult>"""), Answer.of(200, """
                        <ListBucketResult><IsTruncated>false</IsTruncated>
                        <Contents><Key>a/2</Key><Size>6</Size><ETag>"2"</ETag></Contents></ListBucketResult>"""));

        List<StoredObject> found = await(store.list("some-bucket", "a", 10));

        assertThat(found).extracting(object -> object.file().key()).containsExactly("a/1", "a/2");
        assertThat(server.requests().get(1).query()).contains("continuation-token=t1");
    }

    @Test
    void listsPartsWithTheChecksumsThatTheStoreSays() throws Exception {
        server.answerNext(Answer.of(200, """
                        <ListPartsResult><IsTruncated>false</IsTruncated>
                        <Part><PartNumber>1</PartNumber><ETag>"one"</ETag><Size>5</Size><ChecksumCRC32C>/////g==</ChecksumCRC32C></Part>
                        <Part><PartNumber>2</PartNumber><ETag>"two"</ETag><Size>6</Size></Part>
                        </ListPartsResult>"""));

        assertThat(await(store.listParts(UPLOAD)).orElseThrow())
                .containsExactly(
                        new StoredPart(1, 5, "\"one\"", OptionalInt.of(-2)),
                        new StoredPart(2, 6, "\"two\"", OptionalInt.empty()));
    }

    @Test
    void makesNoRequestsButThoseOfRowS1() throws Exception {
        store.region("some-bucket").toCompletableFuture().get(10, TimeUnit.SECONDS);
        await(store.head(FILE));
        await(store.list("some-bucket", "f", 10));
        await(store.createUpload(FILE, Map.of()));
        await(store.uploadPart(UPLOAD, 1, List.of(ByteBuffer.wrap(new byte[10])), crc32c(new byte[10])));
        await(store.listParts(UPLOAD));
        await(store.complete(UPLOAD, PARTS, false));
        await(store.complete(UPLOAD, PARTS, true));
        await(store.abort(UPLOAD));
        server.answerNext(new Answer(206, Map.of(), new byte[10], 10));
        await(store.read(OBJECT, 0, 10));

        // The action that each operation needs, by the S3 API reference: ListBucket, GetBucketLocation, GetObject,
        // PutObject,
        // ListMultipartUploadParts, AbortMultipartUpload.
        assertThat(server.requests())
                .extracting(Request::operation)
                .containsOnly(
                        "HeadBucket",
                        "ListObjectsV2",
                        "GetBucketLocation",
                        "HeadObject",
                        "GetObject",
                        "CreateMultipartUpload",
                        "UploadPart",
                        "CompleteMultipartUpload",
                        "ListParts",
                        "AbortMultipartUpload");
    }
}
