package io.bakstripe.worker.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore.Completion;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes over the wire, and what is made of the answers. */
class S3ObjectStoreTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final S3Arn FILE = new S3Arn("some-bucket", "folder/file name*.bak");
    private static final Upload UPLOAD = new Upload(FILE, "u1");
    private static final List<StoredPart> PARTS = List.of(new StoredPart(1, 5, "\"part\"", OptionalInt.of(1)));
    private static final StoredObject OBJECT = new StoredObject(FILE, 1000, "\"whole\"", Map.of());
    private static final int ATTEMPTS = 3;

    /** A client takes two seconds to close, so stores are shared by the tests that want the same settings. */
    private static final Map<Map<String, Object>, S3ObjectStore> STORES = new HashMap<>();

    private static RecordingServer server;

    private S3ObjectStore store;

    @BeforeAll
    static void serve() throws IOException {
        server = new RecordingServer();
    }

    @BeforeEach
    void open() {
        server.reset();
        reopen(Map.of());
    }

    @AfterAll
    static void shutDown() {
        STORES.values().parallelStream().forEach(S3ObjectStore::close);
        server.close();
        KIT.shutdownTestKit();
    }

    private static StoreSettings settings(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "store.endpoint", server.endpoint(),
                "store.path-style", true,
                "store.access-key", "AKIDTEST",
                "store.secret-key", "not-a-real-secret",
                "store.retry.attempts", ATTEMPTS,
                "store.retry.min-backoff", "1 ms",
                "store.retry.max-backoff", "5 ms"));
        all.putAll(more);
        return StoreSettings.from(ConfigFactory.parseMap(all)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    private void reopen(Map<String, Object> more) {
        store = STORES.computeIfAbsent(more, given -> S3ObjectStore.create(settings(given), KIT.system()));
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
    class Uploading {
        private final byte[] part = new byte[300_000];

        Uploading() {
            new Random(1).nextBytes(part);
        }

        private StoredPart upload() throws Exception {
            return await(store.uploadPart(UPLOAD, 7, List.of(ByteBuffer.wrap(part)), crc32c(part)));
        }

        @Test
        void sendsTheCallersCrc32cAndNothingOfTheSdksOwn() throws Exception {
            await(store.createUpload(FILE, Map.of()));
            StoredPart stored = upload();

            byte[] checksum = ByteBuffer.allocate(4).putInt(crc32c(part)).array();
            Request request = server.only("UploadPart");
            assertThat(stored).isEqualTo(new StoredPart(7, part.length, "\"part\"", OptionalInt.of(crc32c(part))));
            assertThat(request.query()).contains("partNumber=7").contains("uploadId=u1");
            assertThat(request.header("x-amz-checksum-crc32c"))
                    .contains(Base64.getEncoder().encodeToString(checksum));
            assertThat(request.header("Content-Length")).contains("300000");
            assertThat(request.header("Content-Encoding")).isEmpty();
            assertThat(request.header("x-amz-trailer")).isEmpty();
            assertThat(request.header("x-amz-checksum-crc32")).isEmpty();
            assertThat(request.header("Content-MD5")).isEmpty();
            assertThat(request.body()).isEqualTo(part);
            assertThat(server.only("CreateMultipartUpload").header("x-amz-checksum-algorithm"))
                    .contains("CRC32C");
        }

        @Test
        void sendsMd5WhereTheStoreKnowsNoChecksums() throws Exception {
            reopen(Map.of("store.checksum", "md5"));
            await(store.createUpload(FILE, Map.of()));

            upload();

            Request request = server.only("UploadPart");
            assertThat(request.header("Content-MD5"))
                    .contains(Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("MD5").digest(part)));
            assertThat(checksumHeaders(request)).isEmpty();
            assertThat(checksumHeaders(server.only("CreateMultipartUpload"))).isEmpty();
            assertThat(request.body()).isEqualTo(part);
        }

        @Test
        void sendsNoChecksumOnlyWhenToldTo() throws Exception {
            reopen(Map.of("store.checksum", "unsafe-none"));

            upload();

            Request request = server.only("UploadPart");
            assertThat(checksumHeaders(request)).isEmpty();
            assertThat(request.header("Content-MD5")).isEmpty();
            assertThat(request.body()).isEqualTo(part);
        }

        @Test
        void isSentAgainWholeAfterTheStoreWasTooBusy() throws Exception {
            server.answerNext(
                    Answer.error(503, "SlowDown", "Please reduce your request rate."),
                    Answer.error(500, "InternalError", "We encountered an internal error."));

            upload();

            assertThat(server.requests())
                    .hasSize(3)
                    .allSatisfy(request -> assertThat(request.body()).isEqualTo(part));
        }

        @Test
        void givesUpAfterItsAttempts() {
            server.answerUsually(request -> Answer.error(503, "SlowDown", "Please reduce your request rate."));

            Problem problem = problem(store.uploadPart(UPLOAD, 7, List.of(ByteBuffer.wrap(part)), crc32c(part)));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("SlowDown");
            assertThat(server.requests()).hasSize(ATTEMPTS);
        }

        @Test
        void givesUpEarlierWhenAskedTo() {
            server.answerUsually(request -> Answer.error(503, "SlowDown", "Please reduce your request rate."));

            problem(store.withAttempts(1).head(FILE));

            assertThat(server.requests()).hasSize(1);
        }

        @Test
        void isNotSentAgainWhenTheStoreCannotDoIt() {
            server.answerUsually(request -> Answer.error(501, "NotImplemented", "A header is not implemented."));

            Problem problem = problem(store.uploadPart(UPLOAD, 7, List.of(ByteBuffer.wrap(part)), crc32c(part)));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_FAILED);
            assertThat(problem.detail()).contains("UploadPart", FILE.toString(), "A header is not implemented.");
            assertThat(server.requests()).hasSize(1);
        }

        @Test
        void neverHasMorePartsOnTheirWayThanAreAllowed() throws Exception {
            reopen(Map.of("store.parts-in-flight", 2));
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CompletableFuture<Void> twoAreThere = new CompletableFuture<>();
            server.answerUsually(request -> {
                if (most.accumulateAndGet(now.incrementAndGet(), Math::max) == 2) {
                    twoAreThere.complete(null);
                }
                twoAreThere.orTimeout(10, TimeUnit.SECONDS).join();
                now.decrementAndGet();
                return RecordingServer.agreeing(request);
            });

            List<CompletableFuture<StoredPart>> sent = IntStream.rangeClosed(1, 8)
                    .mapToObj(number -> store.uploadPart(UPLOAD, number, List.of(ByteBuffer.wrap(part)), crc32c(part))
                            .toCompletableFuture())
                    .toList();

            for (CompletableFuture<StoredPart> one : sent) {
                await(one);
            }
            assertThat(most).hasValue(2);
        }

        private static List<String> checksumHeaders(Request request) {
            return request.headers().keySet().stream()
                    .filter(name -> name.toLowerCase(Locale.ROOT).contains("checksum"))
                    .toList();
        }
    }

    @Nested
    class Completing {
        @Test
        void demandsThatNoObjectHasTheKey() throws Exception {
            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.COMPLETED);

            Request request = server.only("CompleteMultipartUpload");
            assertThat(request.header("If-None-Match")).contains("*");
            assertThat(request.bodyText())
                    .contains("<PartNumber>1</PartNumber>")
                    .contains("part");
        }

        @Test
        void demandsNothingWhenOverwriting() throws Exception {
            assertThat(await(store.complete(UPLOAD, PARTS, true))).isEqualTo(Completion.COMPLETED);

            assertThat(server.only("CompleteMultipartUpload").header("If-None-Match"))
                    .isEmpty();
        }

        @Test
        void looksFirstWhereTheStoreHonoursNoConditions() throws Exception {
            reopen(Map.of("store.conditional-writes", false));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.COMPLETED);

            assertThat(server.requests())
                    .extracting(Request::operation)
                    .containsExactly("HeadObject", "CompleteMultipartUpload");
            assertThat(server.only("CompleteMultipartUpload").header("If-None-Match"))
                    .isEmpty();
        }

        @Test
        void completesNothingWhenItFindsAnObjectThere() throws Exception {
            reopen(Map.of("store.conditional-writes", false));
            server.answerNext(Answer.of(200, "").with("ETag", "\"foreign\"").with("Content-Length", "5"));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.KEY_TAKEN);

            assertThat(server.requests()).extracting(Request::operation).containsExactly("HeadObject");
        }

        @Test
        void makesOneRequestThatCarriesTheGivenChecksums() throws Exception {
            List<StoredPart> parts = List.of(
                    new StoredPart(1, 5, "\"part\"", OptionalInt.of(1)),
                    new StoredPart(2, 5, "\"two\"", OptionalInt.of(-2)));

            assertThat(await(store.complete(UPLOAD, parts, false))).isEqualTo(Completion.COMPLETED);

            assertThat(server.requests()).extracting(Request::operation).containsExactly("CompleteMultipartUpload");
            assertThat(server.only("CompleteMultipartUpload").bodyText())
                    .containsSubsequence(
                            "<ChecksumCRC32C>AAAAAQ==</ChecksumCRC32C>",
                            "<PartNumber>1</PartNumber>",
                            "<ChecksumCRC32C>/////g==</ChecksumCRC32C>",
                            "<PartNumber>2</PartNumber>");
        }

        @Test
        void givesNoChecksumsWhereTheUploadWasNotDeclaredSo() throws Exception {
            reopen(Map.of("store.checksum", "md5"));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.COMPLETED);

            assertThat(server.requests()).extracting(Request::operation).containsExactly("CompleteMultipartUpload");
            assertThat(server.only("CompleteMultipartUpload").bodyText()).doesNotContain("Checksum");
        }

        @ParameterizedTest
        @CsvSource({
            "412, PreconditionFailed, KEY_TAKEN",
            "409, ConditionalRequestConflict, KEY_TAKEN",
            "404, NoSuchUpload, UPLOAD_GONE"
        })
        void tellsWhatStoodInTheWay(int status, String code, Completion expected) throws Exception {
            server.answerNext(Answer.error(status, code, "said so"));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(expected);

            assertThat(server.requests()).hasSize(1);
        }

        @Test
        void isSentAgainAfterAnErrorInsideAGoodStatus() throws Exception {
            server.answerNext(Answer.error(200, "InternalError", "We encountered an internal error."));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.COMPLETED);

            assertThat(server.requests()).hasSize(2);
        }

        @Test
        void failsWithTheStoresTextWhenTheErrorStays() {
            server.answerUsually(request -> Answer.error(200, "InternalError", "We encountered an internal error."));

            Problem problem = problem(store.complete(UPLOAD, PARTS, false));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("We encountered an internal error.");
            assertThat(server.requests()).hasSize(ATTEMPTS);
        }

        @Test
        void failsWhenAPartIsNotTheRecordedOne() {
            server.answerNext(Answer.error(400, "InvalidPart", "One or more of the parts could not be found."));

            assertThat(problem(store.complete(UPLOAD, PARTS, false)).error()).isEqualTo(BackupError.STORE_FAILED);
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
            server.answerNext(Answer.of(403, ""));

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
            reopen(Map.of("store.endpoint", gone.endpoint()));

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

    private static int crc32c(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Problem problem(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> await(stage));
        assertThat(failure).as("the call should have failed").isNotNull();
        return Problem.of(failure);
    }
}
