package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small objects that are stored under a condition: what goes over the wire, and what is made of the answers. */
class S3PutTest {
    private static final byte[] BYTES = {1, 2, 3};
    private static final Optional<String> NONE = Optional.empty();
    private static final Optional<String> REPLACED = Optional.of("\"e\"");

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
        server.answerUsually(request -> request.asks("HeadObject")
                ? Answer.error(404, "", "")
                : Answer.of(200, "").with("ETag", "\"new\""));
    }

    @Test
    void demandsThatNoObjectHasTheKey() throws Exception {
        assertThat(await(store.put(FILE, BYTES, NONE))).isTrue();

        Request request = server.only("PutObject");
        assertThat(request.header("If-None-Match")).contains("*");
        assertThat(request.header("If-Match")).isEmpty();
        assertThat(request.body()).isEqualTo(BYTES);
        assertThat(request.header("x-amz-checksum-crc32c"))
                .contains(Base64.getEncoder()
                        .encodeToString(
                                ByteBuffer.allocate(4).putInt(crc32c(BYTES)).array()));
    }

    @Test
    void demandsTheObjectThatIsReplaced() throws Exception {
        assertThat(await(store.put(FILE, BYTES, REPLACED))).isTrue();

        Request request = server.only("PutObject");
        assertThat(request.header("If-Match")).isEqualTo(REPLACED);
        assertThat(request.header("If-None-Match")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"412, PreconditionFailed", "404, NoSuchKey"})
    void saysWhenTheConditionDoesNotHold(int status, String code) throws Exception {
        server.answerNext(Answer.error(status, code, "said so"));

        assertThat(await(store.put(FILE, BYTES, REPLACED))).isFalse();

        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void asksAgainWhileAnotherRequestIsUnderWay() throws Exception {
        server.answerNext(Answer.error(409, "ConditionalRequestConflict", "A conflicting operation is in progress."));

        assertThat(await(store.put(FILE, BYTES, REPLACED))).isTrue();

        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void failsWhereItMayNotWrite() {
        server.answerNext(Answer.error(403, "AccessDenied", "no"));

        assertThat(problem(store.put(FILE, BYTES, NONE)).error()).isEqualTo(BackupError.ACCESS_DENIED);
    }

    @Test
    void looksFirstWhereTheStoreHonoursNoConditions() throws Exception {
        reopen(Map.of("store.conditional-writes", false));

        assertThat(await(store.put(FILE, BYTES, NONE))).isTrue();

        assertThat(server.requests()).extracting(Request::operation).containsExactly("HeadObject", "PutObject");
        assertThat(server.only("PutObject").header("If-None-Match")).isEmpty();
    }

    @Test
    void writesNothingWhenItFindsAnotherObjectThere() throws Exception {
        reopen(Map.of("store.conditional-writes", false));
        server.answerNext(Answer.of(200, "").with("ETag", "\"foreign\"").with("Content-Length", "5"));

        assertThat(await(store.put(FILE, BYTES, REPLACED))).isFalse();

        assertThat(server.requests()).extracting(Request::operation).containsExactly("HeadObject");
    }

    @Test
    void encryptsAtRestAsUploadsDo() throws Exception {
        reopen(Map.of("store.sse", "AES256"));

        await(store.put(FILE, BYTES, NONE));

        assertThat(server.only("PutObject").header("x-amz-server-side-encryption"))
                .contains("AES256");
    }
}
