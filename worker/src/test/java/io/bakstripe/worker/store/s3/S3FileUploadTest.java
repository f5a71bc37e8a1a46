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
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({"crc32c, true", "md5, true", "unsafe-none, false"})
    void signsTheBytesOnlyWhereNoSignedHeaderHasTheirChecksum(String checksum, boolean left) throws Exception {
        S3ObjectStore store = recorded.with(Map.of("store.checksum", checksum));
        await(store.uploadPart(UPLOAD, 1, file, crc32c(bytes)));
        await(store.uploadPart(UPLOAD, 2, List.of(ByteBuffer.wrap(bytes)), crc32c(bytes)));

        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(server.requests()).hasSize(2).allSatisfy(request -> {
            assertThat(request.body()).isEqualTo(bytes);
            assertThat(request.header("x-amz-content-sha256")).hasValue(left ? "UNSIGNED-PAYLOAD" : sha256);
            String header = checksum.equals("md5") ? "content-md5" : "x-amz-checksum-crc32c";
            assertThat(request.header("Authorization").orElseThrow().contains(header))
                    .isEqualTo(left);
        });
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
