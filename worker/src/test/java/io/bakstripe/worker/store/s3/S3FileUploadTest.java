package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that are sent from files. */
class S3FileUploadTest {
    private static RecordedStore recorded;
    private static RecordingServer server;

    private final byte[] bytes = new byte[3_000_017];

    @TempDir
    private Path folder;

    private Path file;

    @BeforeAll
    static void serve() throws IOException {
        recorded = new RecordedStore();
        server = recorded.server();
    }

    @AfterAll
    static void shutDown() {
        recorded.close();
    }

    @BeforeEach
    void write() throws IOException {
        server.reset();
        new Random(7).nextBytes(bytes);
        file = Files.write(folder.resolve("1.part"), bytes);
    }

    @Test
    void sendsAllBytesOfTheFileWithItsChecksum() throws Exception {
        StoredPart stored = await(recorded.with(Map.of()).uploadPart(UPLOAD, 3, file, crc32c(bytes)));

        assertThat(stored.number()).isEqualTo(3);
        assertThat(stored.size()).isEqualTo(bytes.length);
        assertThat(stored.crc32c()).hasValue(crc32c(bytes));
        RecordingServer.Request request = server.only("UploadPart");
        assertThat(request.body()).isEqualTo(bytes);
        assertThat(request.header("x-amz-checksum-crc32c")).hasValue(PartBody.base64(crc32c(bytes)));
        assertThat(request.header("Content-Length")).hasValue(Integer.toString(bytes.length));
    }

    @Test
    void sendsTheFileAgainAfterAFailureThatMayPass() throws Exception {
        server.answerNext(Answer.error(503, "SlowDown", "later"));

        await(recorded.with(Map.of()).uploadPart(UPLOAD, 1, file, crc32c(bytes)));

        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.body()).isEqualTo(bytes));
    }

    @Test
    void sendsTheDigestOfTheFileWhereTheStoreWantsMd5() throws Exception {
        await(recorded.with(Map.of("store.checksum", "md5")).uploadPart(UPLOAD, 1, file, crc32c(bytes)));

        assertThat(server.only("UploadPart").header("Content-MD5"))
                .hasValue(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(bytes)));
    }

    @Test
    void aFileThatIsGoneFailsWithoutARequest() throws Exception {
        Files.delete(file);

        assertThat(problem(recorded.with(Map.of()).uploadPart(UPLOAD, 1, file, 0))
                        .error())
                .isEqualTo(BackupError.SPOOL_FAILED);
        assertThat(server.requests()).isEmpty();
    }
}
