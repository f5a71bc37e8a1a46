package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.ATTEMPTS;
import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.PARTS;
import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.store.ObjectStore.Completion;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire when parts are stored and made an object, and what is made of the answers. */
class S3UploadTest {
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
        @CsvSource({"412, PreconditionFailed, KEY_TAKEN", "404, NoSuchUpload, UPLOAD_GONE"})
        void tellsWhatStoodInTheWay(int status, String code, Completion expected) throws Exception {
            server.answerNext(Answer.error(status, code, "said so"));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(expected);

            assertThat(server.requests()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"ConditionalRequestConflict", "OperationAborted"})
        void asksAgainWhileAnotherCompletionIsUnderWay(String code) throws Exception {
            server.answerNext(
                    Answer.error(409, code, "A conflicting operation is in progress."),
                    Answer.error(412, "PreconditionFailed", "The object is there."));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.KEY_TAKEN);

            assertThat(server.requests()).hasSize(2);
        }

        @Test
        void neverTakesAConflictForSomebodyElsesObject() {
            server.answerUsually(
                    request -> Answer.error(409, "ConditionalRequestConflict", "A conflicting operation is there."));

            Problem problem = problem(store.complete(UPLOAD, PARTS, false));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail())
                    .contains("409 ConditionalRequestConflict", "A conflicting operation is there.");
            assertThat(server.requests()).hasSize(ATTEMPTS);
        }

        @Test
        void findsTheUploadGoneWhenItsOwnAnswerWasLost() throws Exception {
            server.answerNext(Answer.cut(), Answer.error(404, "NoSuchUpload", "The upload does not exist."));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.UPLOAD_GONE);

            assertThat(server.requests())
                    .hasSize(2)
                    .allSatisfy(request ->
                            assertThat(request.header("If-None-Match")).contains("*"));
        }

        @Test
        void findsTheUploadGoneWhenItsOwnAnswerTookTooLong() throws Exception {
            reopen(Map.of("store.read-timeout", "200 ms"));
            server.answerNext(Answer.silent(), Answer.error(404, "NoSuchUpload", "The upload does not exist."));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.UPLOAD_GONE);

            assertThat(server.requests()).hasSize(2);
        }

        @Test
        void isSentAgainWhenTheGoodAnswerBreaksOff() throws Exception {
            server.answerNext(new Answer(200, Map.of(), "<CompleteMultipartUp".getBytes(UTF_8), 200));

            assertThat(await(store.complete(UPLOAD, PARTS, false))).isEqualTo(Completion.COMPLETED);

            assertThat(server.requests()).hasSize(2);
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

            Problem problem = problem(store.complete(UPLOAD, PARTS, false));

            assertThat(problem.error()).isEqualTo(BackupError.STORE_FAILED);
            assertThat(problem.detail())
                    .contains(
                            "CompleteMultipartUpload",
                            "400 InvalidPart",
                            "One or more of the parts could not be found.");
            assertThat(server.requests()).hasSize(1);
        }
    }
}
