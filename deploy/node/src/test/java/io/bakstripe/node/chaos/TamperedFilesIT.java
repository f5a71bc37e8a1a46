package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
 * Encryption-Only mode these are accidents: it does not authenticate, and its checksums find what was not made to be overlooked. The authenticated mode finds whatever was done.
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

    private static final String FIRST = "sealed1-of-2.bak";
    private static final String SECOND = "sealed2-of-2.bak";

    /** Where a preamble has the id of the data key. */
    private static final int DATA_KEY = 48;

    private static final int MODE = 10;
    private static final int CHECKSUM = 60;

    private ChaosEnvironment environment;
    private byte[] bytes;
    private Map<String, String> metadata;
    private int cases;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        environment = ChaosEnvironment.start(folder);
        for (String file : List.of(WHOLE, OTHER)) {
            backup(keyed(Submitted.backupCall(file, 1, 0)));
        }
        for (String set : List.of("sealed*.bak", "sealed-too*.bak")) {
            backup(Submitted.with(keyed(Submitted.backupCall(set, 2, 0)), "encryption_mode", "authenticated"));
        }
        backup(Submitted.backupCall("unsealed.bak", 1, 0));
        bytes = environment.witness().bytes(WHOLE);
        metadata = environment.witness().metadata(WHOLE);
    }

    @AfterAll
    void stop() throws IOException {
        environment.close();
    }

    private void backup(Map<String, Object> call) throws IOException {
        environment.node().awaitSuccess(environment.node().submit("rds_backup_database", call));
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

    private byte[] object(String key) {
        return environment.witness().bytes(key);
    }

    /** The file of another set, with its keys or without. */
    private Consumer<Map<String, byte[]>> another(String from, boolean withKeys) {
        return objects -> {
            objects.put(SECOND, object(from));
            if (withKeys) {
                objects.put(SECOND + ".keys", object(from + ".keys"));
            }
        };
    }

    private static Consumer<Map<String, byte[]>> changed(String name, UnaryOperator<byte[]> change) {
        return objects -> objects.computeIfPresent(name, (any, content) -> change.apply(content.clone()));
    }

    private static UnaryOperator<byte[]> flipped(int at) {
        return content -> {
            content[at < 0 ? content.length + at : at] ^= 1;
            return content;
        };
    }

    private static byte[] plain(byte[] content) {
        content[MODE] = 0;
        return withChecksum(content);
    }

    private static byte[] withChecksum(byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content, 0, CHECKSUM);
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putInt(CHECKSUM, (int) checksum.getValue());
        return content;
    }

    private static byte[] otherwiseWrapped(byte[] keys) {
        return new String(keys, StandardCharsets.UTF_8)
                .replaceAll("(\"ciphertext\" ?: ?\").{8}", "$1AAAAAAAA")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Of an authenticated set: what becomes of its objects, and the code that tells it. */
    Stream<Arguments> whatBecomesOfAuthenticatedFiles() {
        return Stream.of(
                Arguments.of(
                        "keys that are others'",
                        changed(FIRST + ".keys", TamperedFilesIT::otherwiseWrapped),
                        "BAK-5134"),
                Arguments.of("keys that are none", changed(FIRST + ".keys", flipped(0)), "BAK-6116"),
                Arguments.of("no keys", (Consumer<Map<String, byte[]>>) o -> o.remove(SECOND + ".keys"), "BAK-6115"),
                Arguments.of(
                        "the keys of the other file",
                        (Consumer<Map<String, byte[]>>) o -> o.put(SECOND + ".keys", object(FIRST + ".keys")),
                        "BAK-6118"),
                Arguments.of("a preamble with another byte", changed(FIRST, flipped(DATA_KEY)), "BAK-6102"),
                Arguments.of(
                        "another data key in the preamble",
                        changed(FIRST, flipped(DATA_KEY).andThen(TamperedFilesIT::withChecksum)::apply),
                        "BAK-6118"),
                Arguments.of(
                        "a preamble that says that nothing is sealed",
                        changed(FIRST, TamperedFilesIT::plain),
                        "BAK-6113"),
                Arguments.of("a first segment with another byte", changed(FIRST, flipped(IN_DATA)), "BAK-6102"),
                Arguments.of("a last part with another byte", changed(FIRST, flipped(-100)), "BAK-6102"),
                Arguments.of("a file of another set", another("sealed-too2-of-2.bak", true), "BAK-6106"),
                Arguments.of(
                        "a file of another set without its keys", another("sealed-too2-of-2.bak", false), "BAK-6118"),
                Arguments.of("a file twice", another(FIRST, true), "BAK-6105"),
                Arguments.of("a plain file", another("unsealed.bak", false), "BAK-6113"));
    }

    /** Writes the set to names of its own, changed, and asks for its restore. */
    private Answer restored(Consumer<Map<String, byte[]>> change) throws IOException {
        Map<String, byte[]> objects = new TreeMap<>();
        for (String file : List.of(FIRST, SECOND)) {
            objects.put(file, object(file));
            objects.put(file + ".keys", object(file + ".keys"));
        }
        change.accept(objects);
        String prefix = "copy" + ++cases + "-";
        objects.forEach((name, content) -> environment.witness().put(prefix + name, content, Map.of()));
        return environment
                .node()
                .procedure(
                        "rds_restore_database",
                        keyed(Submitted.restoreCall("tampered_" + cases, prefix + "sealed*.bak")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatBecomesOfAuthenticatedFiles")
    void anAuthenticatedSetThatWasChangedIsRefusedAtTheCall(
            String what, Consumer<Map<String, byte[]>> change, String code) throws Exception {
        Answer refused = restored(change);

        assertThat(refused.status()).as(refused.toString()).isBetween(400, 499);
        assertThat(refused.code()).as(refused.toString()).isEqualTo(code);
        assertThat(environment.hasFiles("tampered_" + cases)).isFalse();
    }

    @Test
    void aChangeInAPartOfAnAuthenticatedFileEndsTheTaskAndLeavesNoDatabase() throws Exception {
        Answer answer =
                restored(changed(FIRST, content -> flipped(content.length / 2).apply(content)));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        JsonNode row = environment
                .node()
                .awaitEnd(answer.body()
                        .required("rows")
                        .get(0)
                        .required("task_id")
                        .asLong());
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText())
                .contains("Damage to the backup set was detected. File arn:aws:s3:::", FIRST, "BAK-6102");
        assertThat(environment.hasFiles("tampered_" + cases)).isFalse();
    }

    /** What the others are changed from. */
    @Test
    void aCopyOfAnAuthenticatedSetWithItsKeysIsAsGoodAsTheSet() throws Exception {
        Answer answer = restored(objects -> {});

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        environment
                .node()
                .awaitSuccess(answer.body()
                        .required("rows")
                        .get(0)
                        .required("task_id")
                        .asLong());
    }
}
