package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What each fault does to a stock client that does not repeat requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChaosFaultsTest {
    private static final String BUCKET = ChaosSandbox.BUCKET;

    private ChaosSandbox sandbox;
    private int keys;
    private String key = "";

    @BeforeAll
    void start(@TempDir Path directory) {
        sandbox = ChaosSandbox.start(directory);
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    private String key() {
        key = "object-" + ++keys;
        return key;
    }

    private boolean exists() {
        return sandbox.calm().listObjectsV2(request -> request.bucket(BUCKET)).join().contents().stream()
                .anyMatch(object -> object.key().equals(key));
    }

    private static S3Exception refusal(Throwable failure) {
        if (failure.getCause() instanceof S3Exception refusal) {
            return refusal;
        }
        throw new AssertionError("the store did not refuse", failure);
    }

    @Test
    void letsEverythingThroughUntilAScriptBegins() {
        String content = "x".repeat(3_000_000);

        sandbox.put(sandbox.struck(), key(), content);

        assertThat(sandbox.get(sandbox.struck(), key).join()).isEqualTo(content);
        assertThat(sandbox.struck()
                        .headObject(request -> request.bucket(BUCKET).key(key))
                        .join()
                        .contentLength())
                .isEqualTo(3_000_000);
        String upload = sandbox.create(sandbox.struck(), "whole/" + key);
        CompletedPart part = sandbox.part(sandbox.struck(), "whole/" + key, upload, "part");
        sandbox.complete(sandbox.struck(), "whole/" + key, upload, part).join();
        assertThat(sandbox.get(sandbox.calm(), "whole/" + key).join()).isEqualTo("part");
    }

    @Test
    void answersWithTheErrorThatIsAskedFor() {
        sandbox.rules("""
                {"fault": "error", "status": 503, "on": ["PutObject"], "count": 1},
                {"fault": "error", "status": 409, "on": ["PutObject"], "count": 1},
                {"fault": "error", "status": 500, "code": "Odd", "on": ["PutObject"], "count": 1}""");
        key();

        for (String expected : new String[] {"503 SlowDown", "409 ConditionalRequestConflict", "500 Odd"}) {
            assertThatThrownBy(() -> sandbox.put(sandbox.struck(), key, "content"))
                    .satisfies(failure -> assertThat(refusal(failure).statusCode() + " "
                                    + refusal(failure).awsErrorDetails().errorCode())
                            .isEqualTo(expected));
        }
        assertThat(exists()).isFalse();

        sandbox.put(sandbox.struck(), key, "content");
        assertThat(exists()).isTrue();
    }

    @Test
    void executesBeforeItAnswersWithAnErrorWhenAsked() {
        sandbox.rules("{\"fault\": \"error\", \"status\": 500, \"executed\": true}");

        assertThatThrownBy(() -> sandbox.put(sandbox.struck(), key(), "content"))
                .satisfies(failure -> assertThat(refusal(failure).statusCode()).isEqualTo(500));

        assertThat(exists()).isTrue();
    }

    @Test
    void hidesAnErrorInsideASuccessfulCompletion() {
        for (boolean executed : new boolean[] {true, false}) {
            String upload = sandbox.create(sandbox.calm(), key());
            CompletedPart part = sandbox.part(sandbox.calm(), key, upload, "part");
            sandbox.rules("{\"fault\": \"error-inside\", \"on\": [\"CompleteMultipartUpload\"], \"executed\": %s}"
                    .formatted(executed));

            assertThatThrownBy(() -> sandbox.complete(sandbox.struck(), key, upload, part)
                            .join())
                    .satisfies(failure -> {
                        assertThat(refusal(failure).statusCode()).isIn(200, 500);
                        assertThat(refusal(failure).awsErrorDetails().errorCode())
                                .isEqualTo("InternalError");
                    });
            assertThat(exists()).isEqualTo(executed);
        }
    }

    @Test
    void resetsTheConnectionBeforeTheStoreKnows() {
        sandbox.rules("{\"fault\": \"reset\", \"count\": 1}");

        assertThatThrownBy(() -> sandbox.put(sandbox.struck(), key(), "content"))
                .hasRootCauseInstanceOf(IOException.class);

        assertThat(exists()).isFalse();
    }

    @Test
    void losesTheAnswerOfWhatWasExecuted() {
        sandbox.rules("{\"fault\": \"lost\", \"count\": 1}");

        assertThatThrownBy(() -> sandbox.put(sandbox.struck(), key(), "content"))
                .hasRootCauseInstanceOf(IOException.class);

        assertThat(exists()).isTrue();
    }

    @Test
    void cutsAnUploadInTheMiddle() {
        String upload = sandbox.create(sandbox.calm(), key());
        sandbox.rules("{\"fault\": \"cut\", \"bytes\": 1000000, \"on\": [\"UploadPart\"]}");

        assertThatThrownBy(() -> sandbox.part(sandbox.struck(), key, upload, "y".repeat(2_000_000)))
                .isInstanceOf(CompletionException.class);

        assertThat(sandbox.calm()
                        .listParts(request -> request.bucket(BUCKET).key(key).uploadId(upload))
                        .join()
                        .parts())
                .isEmpty();
    }

    @Test
    void truncatesAnAnswer() {
        sandbox.put(sandbox.calm(), key(), "0123456789");
        sandbox.rules("{\"fault\": \"truncate\", \"bytes\": 4, \"on\": [\"GetObject\"], \"count\": 1}");

        assertThatThrownBy(() -> sandbox.get(sandbox.struck(), key).join()).isInstanceOf(CompletionException.class);

        assertThat(sandbox.get(sandbox.struck(), key).join()).isEqualTo("0123456789");
    }

    @Test
    void flipsOneBitOfAnAnswer() {
        sandbox.put(sandbox.calm(), key(), "0123456789");
        sandbox.rules("{\"fault\": \"flip\", \"bytes\": 4, \"on\": [\"GetObject\"], \"count\": 1}");

        byte[] damaged = rawGet();

        byte[] whole = "0123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Arrays.mismatch(damaged, whole)).isEqualTo(4);
        assertThat(Integer.bitCount((damaged[4] ^ whole[4]) & 0xff)).isEqualTo(1);
        damaged[4] = whole[4];
        assertThat(damaged).isEqualTo(whole);
    }

    /** Stock clients of this version check checksums of answers, so the plain bytes come without asking for any. */
    private byte[] rawGet() {
        return sandbox.struck()
                .getObject(
                        request -> request.bucket(BUCKET).key(key).range("bytes=0-9"),
                        AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
    }

    @Test
    void flipsOneBitOnTheWayUpWhichTheChecksumTells() {
        String upload = sandbox.create(sandbox.calm(), key());
        sandbox.rules("{\"fault\": \"flip\", \"on\": [\"UploadPart\"], \"count\": 1}");

        assertThatThrownBy(() -> sandbox.struck()
                        .uploadPart(
                                request -> request.bucket(BUCKET)
                                        .key(key)
                                        .uploadId(upload)
                                        .partNumber(1)
                                        .contentMD5("eB5eJF1ptWaXm4bijSPyxw=="),
                                AsyncRequestBody.fromString("0123456789"))
                        .join())
                .satisfies(failure -> assertThat(refusal(failure).statusCode()).isEqualTo(400));
    }

    @Test
    void delaysARequestAndThenLetsItThrough() {
        sandbox.put(sandbox.calm(), key(), "late");
        sandbox.rules("{\"fault\": \"delay\", \"delayMillis\": 600, \"on\": [\"GetObject\"]}");

        long begun = System.nanoTime();

        assertThat(sandbox.get(sandbox.struck(), key).join()).isEqualTo("late");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(600));
    }

    @Test
    void holdsRequestsUntilItIsThawed() {
        key();
        sandbox.rules("{\"fault\": \"freeze\", \"on\": [\"PutObject\"]}");
        CompletableFuture<Void> put =
                CompletableFuture.runAsync(() -> sandbox.put(sandbox.struck(), key, "x".repeat(500_000)));
        await().until(() -> sandbox.report().at("/rules/0/fired").asInt() == 1);

        assertThat(put).isNotDone();
        assertThat(exists()).isFalse();

        sandbox.end();
        put.join();
        assertThat(exists()).isTrue();
    }

    @Test
    void executesAFrozenRequestThatNobodyWaitsForAnyMore() {
        key();
        sandbox.rules("{\"fault\": \"freeze\", \"on\": [\"PutObject\"]}");
        CompletableFuture<?> put = sandbox.struck()
                .putObject(request -> request.bucket(BUCKET).key(key), AsyncRequestBody.fromString("late"));
        await().until(() -> sandbox.report().at("/rules/0/fired").asInt() == 1);
        put.cancel(true);
        assertThat(exists()).isFalse();

        sandbox.end();

        await().atMost(Duration.ofSeconds(10)).until(this::exists);
    }

    @Test
    void putsAForeignObjectBetweenTwoCompletions() {
        String first = key();
        String firstUpload = sandbox.create(sandbox.calm(), first);
        CompletedPart firstPart = sandbox.part(sandbox.calm(), first, firstUpload, "part");
        String second = key();
        String secondUpload = sandbox.create(sandbox.calm(), second);
        CompletedPart secondPart = sandbox.part(sandbox.calm(), second, secondUpload, "part");
        sandbox.rules("{\"fault\": \"foreign\", \"on\": [\"CompleteMultipartUpload\"], \"after\": 1}");

        sandbox.complete(sandbox.struck(), first, firstUpload, firstPart).join();

        assertThatThrownBy(() -> sandbox.complete(sandbox.struck(), second, secondUpload, secondPart)
                        .join())
                .satisfies(failure -> assertThat(refusal(failure).statusCode()).isEqualTo(412));
        assertThat(sandbox.get(sandbox.calm(), second).join()).isEqualTo("an object of someone else");
    }

    @Test
    void putsAForeignObjectAtAnotherKey() {
        sandbox.put(sandbox.calm(), key(), "here");
        sandbox.rules("{\"fault\": \"foreign\", \"at\": \"elsewhere\", \"count\": 1}");

        assertThat(sandbox.get(sandbox.struck(), key).join()).isEqualTo("here");

        assertThat(sandbox.get(sandbox.calm(), "elsewhere").join()).isEqualTo("an object of someone else");
    }
}
