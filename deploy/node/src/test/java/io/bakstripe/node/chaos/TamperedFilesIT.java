package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What somebody who may write to the bucket, or an accident, makes of an encrypted file: a restore says what is wrong by a code and leaves no database and no file behind. In
 * Encryption-Only mode these are accidents: it does not authenticate, and its checksums find what was not made to be overlooked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TamperedFilesIT {
    private static final String WHOLE = "whole.bak";
    private static final String OTHER = "other.bak";

    private static final String WRAPPED = "x-amz-key-v2";
    private static final String IV = "x-amz-iv";
    private static final String CONTEXT = "x-amz-matdesc";

    /** In the first chunk of a database's files, at the beginning of a block. */
    private static final int IN_DATA = 100_000;

    private ChaosEnvironment environment;
    private byte[] bytes;
    private Map<String, String> metadata;
    private int cases;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.start(folder);
        for (String file : List.of(WHOLE, OTHER)) {
            Answer answer =
                    environment.node().procedure("rds_backup_database", keyed(Submitted.backupCall(file, 1, 0)));
            environment
                    .node()
                    .awaitSuccess(environment
                            .accepted(answer, "BACKUP_DB", "shop", file, 1)
                            .id());
        }
        bytes = environment.witness().bytes(WHOLE);
        metadata = environment.witness().metadata(WHOLE);
    }

    @AfterAll
    void stop() throws IOException {
        environment.close();
    }

    private Map<String, Object> keyed(Map<String, Object> call) {
        return Submitted.with(call, "kms_master_key_arn", environment.keys().key());
    }

    private static Consumer<Map<String, String>> set(String name, String value) {
        return metadata -> metadata.put(name, value);
    }

    private static Consumer<Map<String, String>> flip(String name, int at) {
        return metadata -> {
            byte[] value = Base64.getDecoder().decode(metadata.get(name));
            value[at < 0 ? value.length + at : at] ^= 1;
            metadata.put(name, Base64.getEncoder().encodeToString(value));
        };
    }

    /** Of metadata: what becomes of them, and the codes that tell it. */
    static Stream<Arguments> metadataOfOthers() {
        return Stream.of(
                Arguments.of("a wrapped key with another byte", flip(WRAPPED, -1), "BAK-5134"),
                Arguments.of("a wrapped key that names another key", flip(WRAPPED, 5), "BAK-5134"),
                Arguments.of("a wrapped key that is none", set(WRAPPED, "c29tZXRoaW5nIGVsc2U="), "BAK-5134"),
                Arguments.of("a wrapped key that is no base64", set(WRAPPED, "%%%"), "BAK-5135"),
                Arguments.of("an empty context", set(CONTEXT, "{}"), "BAK-5134"),
                Arguments.of("another context", set(CONTEXT, "{\"kms_cmk_id\":\"another\"}"), "BAK-5134"),
                Arguments.of("a context that is no JSON", set(CONTEXT, "{kms"), "BAK-5135"),
                Arguments.of("an initialisation vector with another byte", flip(IV, 0), "BAK-6102"),
                Arguments.of("a short initialisation vector", set(IV, "AAAA"), "BAK-5135"),
                Arguments.of("another algorithm", set("x-amz-cek-alg", "AES/GCM/NoPadding"), "BAK-5136"),
                Arguments.of("another wrap", set("x-amz-wrap-alg", "kms+context"), "BAK-5136"),
                Arguments.of(
                        "no algorithm", (Consumer<Map<String, String>>) m -> m.remove("x-amz-cek-alg"), "BAK-5135"),
                Arguments.of("no context", (Consumer<Map<String, String>>) m -> m.remove(CONTEXT), "BAK-5135"),
                Arguments.of("no vector", (Consumer<Map<String, String>>) m -> m.remove(IV), "BAK-5135"),
                Arguments.of("no wrapped key", (Consumer<Map<String, String>>) m -> m.remove(WRAPPED), "BAK-6113"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("metadataOfOthers")
    void metadataThatWereChangedAreRefusedAtTheCall(String what, Consumer<Map<String, String>> change, String code)
            throws Exception {
        Map<String, String> changed = new HashMap<>(metadata);
        change.accept(changed);

        requireRefused(bytes, changed, List.of(code));
    }

    /** Of one's own other file: the key service opens it, and it is the wrong one. */
    @Test
    void theWrappedKeyOfAnotherFileOpensNothing() throws Exception {
        Map<String, String> changed = new HashMap<>(metadata);
        changed.put(WRAPPED, environment.witness().metadata(OTHER).get(WRAPPED));

        // One in 256 wrong keys makes something of the last block.
        requireRefused(bytes, changed, List.of("BAK-6103", "BAK-6101"));
    }

    static Stream<Arguments> filesThatWereCut() {
        return Stream.of(
                Arguments.of("nothing", (UnaryOperator<byte[]>) whole -> new byte[0]),
                Arguments.of("a block", (UnaryOperator<byte[]>) whole -> Arrays.copyOf(whole, 16)),
                Arguments.of("half", (UnaryOperator<byte[]>) whole -> Arrays.copyOf(whole, whole.length / 32 * 16)),
                Arguments.of("a block less", (UnaryOperator<byte[]>) whole -> Arrays.copyOf(whole, whole.length - 16)),
                Arguments.of("a byte less", (UnaryOperator<byte[]>) whole -> Arrays.copyOf(whole, whole.length - 1)),
                Arguments.of("a block more", (UnaryOperator<byte[]>) whole -> Arrays.copyOf(whole, whole.length + 16)),
                Arguments.of("without its beginning", (UnaryOperator<byte[]>)
                        whole -> Arrays.copyOfRange(whole, 1024, whole.length)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesThatWereCut")
    void aFileThatWasCutIsRefusedAtTheCall(String what, UnaryOperator<byte[]> cut) throws Exception {
        requireRefused(cut.apply(bytes), metadata, List.of("BAK-6103", "BAK-6101"));
    }

    private void requireRefused(byte[] content, Map<String, String> about, List<String> codes) throws Exception {
        String file = "tampered" + ++cases + ".bak";
        environment.witness().put(file, content, about);
        String database = "tampered_" + cases;

        Answer refused =
                environment.node().procedure("rds_restore_database", keyed(Submitted.restoreCall(database, file)));

        assertThat(refused.status()).as(refused.toString()).isBetween(400, 499);
        assertThat(refused.code()).as(refused.toString()).isIn(codes);
        assertThat(environment.hasFiles(database)).isFalse();
    }

    static Stream<Arguments> changesInTheMiddle() {
        return Stream.of(
                Arguments.of("a bit", (Consumer<byte[]>) file -> file[IN_DATA] ^= 1),
                Arguments.of("two blocks exchanged", (Consumer<byte[]>) file -> {
                    byte[] first = Arrays.copyOfRange(file, IN_DATA, IN_DATA + 16);
                    System.arraycopy(file, IN_DATA + 16, file, IN_DATA, 16);
                    System.arraycopy(first, 0, file, IN_DATA + 16, 16);
                }),
                Arguments.of("a block repeated", (Consumer<byte[]>)
                        file -> System.arraycopy(file, IN_DATA, file, IN_DATA + 16, 16)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changesInTheMiddle")
    void aChangeInTheMiddleEndsTheTaskAndLeavesNoDatabase(String what, Consumer<byte[]> change) throws Exception {
        byte[] changed = bytes.clone();
        change.accept(changed);
        String file = "tampered" + ++cases + ".bak";
        String database = "tampered_" + cases;
        environment.witness().put(file, changed, metadata);

        Answer answer =
                environment.node().procedure("rds_restore_database", keyed(Submitted.restoreCall(database, file)));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        Submitted restore = environment.accepted(answer, "RESTORE_DB", database, file, 1);
        JsonNode row = environment.node().awaitEnd(restore.id());
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText())
                .contains("Damage to the backup set was detected. File arn:aws:s3:::", file, "BAK-6102");
        assertThat(environment.hasFiles(database)).isFalse();
    }

    @Test
    void anEncryptedFileWithoutItsMetadataIsNoBackup() throws Exception {
        environment.witness().put("bare.bak", bytes, Map.of());

        Answer refused =
                environment.node().procedure("rds_restore_database", Submitted.restoreCall("bare", "bare.bak"));

        assertThat(refused.code()).as(refused.toString()).isEqualTo("BAK-6101");
        assertThat(environment.hasFiles("bare")).isFalse();
    }
}
