package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upload that somebody else's 404 declares gone is not gone, and what it stored would be paid for and never found again. */
class S3AbortTest {
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

    @Test
    void isOverWhenTheStoreKnowsNoSuchUpload() throws Exception {
        server.answerNext(Answer.error(404, "NoSuchUpload", "The upload does not exist."));

        assertThat(await(store.abort(UPLOAD))).isTrue();

        assertThat(server.requests()).extracting(Request::operation).containsExactly("AbortMultipartUpload");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchKey", "NotFound"})
    void isNotOverForAnotherAnswerOf404(String code) {
        server.answerUsually(request -> Answer.error(404, code, "Nothing is here."));

        assertThat(problem(store.abort(UPLOAD)).error()).isEqualTo(BackupError.STORE_FAILED);

        assertThat(server.requests())
                .extracting(Request::operation)
                .containsExactly("AbortMultipartUpload", "ListParts");
    }

    @Test
    void isOverWhenTheStoreConfirmsItAfterAStrangeAnswer() throws Exception {
        server.answerNext(
                Answer.error(404, "NoSuchKey", "Nothing is here."),
                Answer.error(404, "NoSuchUpload", "The upload does not exist."));

        assertThat(await(store.abort(UPLOAD))).isTrue();
    }
}
