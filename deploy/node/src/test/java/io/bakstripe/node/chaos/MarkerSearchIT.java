package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing of a database that is backed up with a key, and no key, lies in the clear anywhere: in no object, and in no file of the node's own, its journal, its log and
 * its spool among them. The same search finds a marker where nothing is encrypted, so it can find one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MarkerSearchIT {
    private static final String MARKER = "marker-" + UUID.randomUUID();

    /** Of the folder that all of a test lies in: what is a database server's or the sandbox's and not the node's. */
    private static final List<String> OF_OTHERS = List.of("databases", "store", "postgresql");

    private static final String SPOOL = "spool/";

    /** What is backed up without a key. */
    private static final String OPEN = "open.bak";

    /** So that parts wait in the spool to be looked at. */
    private static final int SLOW_PARTS = 3;

    private static final String SLOW =
            "{\"on\": [\"UploadPart\"], \"fault\": \"delay\", \"delayMillis\": 2000, \"count\": " + SLOW_PARTS + "}";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ChaosEnvironment environment;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        // Parts of every size go through files.
        environment = ChaosEnvironment.start(folder, Map.of("bakstripe.worker.spool.above", "5 MiB"));
        fill(environment.shop());
        Answer uncompressed =
                environment.node().sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'false';");
        assertThat(uncompressed.status()).as(uncompressed.toString()).isEqualTo(200);
    }

    @AfterAll
    void stop() throws IOException {
        environment.close();
    }

    private static void fill(ServerConnection shop) throws Exception {
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE marked (n bigint, a text)");
            statement.execute("ALTER TABLE marked ALTER a SET STORAGE PLAIN");
            statement.execute("INSERT INTO marked SELECT n, repeat('" + MARKER
                    + " ', 20) || md5(n::text) FROM generate_series(1, 24000) AS n");
            statement.execute("CHECKPOINT");
        }
    }

    private Map<String, byte[]> marker() {
        return Map.of("the marker", MARKER.getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void calmDown() {
        environment.store().calm();
        // The others look into every object.
        environment.witness().delete(OPEN);
    }

    @Test
    void withoutAKeyTheMarkerIsInTheSpoolAndInTheObject() throws Exception {
        environment.store().rules("{\"on\": [\"UploadPart\"], \"fault\": \"delay\", \"delayMillis\": 2000}");
        Submitted backup = environment.accepted(
                environment.node().procedure("rds_backup_database", Submitted.backupCall(OPEN, 1, 0)),
                "BACKUP_DB",
                "shop",
                OPEN,
                1);

        await("the marker in the spool")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> files().filter(file -> relative(file).startsWith(SPOOL))
                        .anyMatch(file -> !found(content(file), marker()).isEmpty()));
        environment.store().calm();
        environment.node().awaitSuccess(backup.id());
        assertThat(found(environment.witness().bytes(OPEN), marker())).containsExactly("the marker");
    }

    @ParameterizedTest
    @ValueSource(strings = {"encryption-only", "authenticated"})
    void withAKeyNeitherTheMarkerNorADataKeyIsAnywhere(String mode) throws Exception {
        String set = mode + ".bak";
        environment.store().rules(SLOW);
        Answer answer = environment
                .node()
                .procedure(
                        "rds_backup_database",
                        Submitted.with(keyed(Submitted.backupCall(set, 1, 0)), "encryption_mode", mode));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        Submitted backup = environment.accepted(answer, "BACKUP_DB", "shop", set, 1);
        Map<Path, byte[]> spooled = new LinkedHashMap<>();
        await("parts that went through the spool")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    files().filter(file -> relative(file).startsWith(SPOOL))
                            .forEach(file -> spooled.merge(file, content(file), MarkerSearchIT::longer));
                    return environment.store().strikes() == SLOW_PARTS;
                });
        assertThat(spooled.values().stream().mapToLong(bytes -> bytes.length).sum())
                .as("bytes in the spool")
                .isGreaterThan(10 << 20);
        assertThat(foundInFiles(marker())).isEmpty();
        environment.store().calm();
        environment.node().awaitSuccess(backup.id());

        WrappedKey wrapped = wrappedKeyOf(set, mode);
        Map<String, byte[]> secrets = new LinkedHashMap<>(marker());
        secrets.putAll(
                forms(environment.keys().unwrap(Base64.getDecoder().decode(wrapped.ciphertext()), wrapped.context())));
        spooled.forEach((file, bytes) -> assertThat(found(bytes, secrets))
                .as("in %s while it was held", file)
                .isEmpty());
        for (String object : environment.witness().keys()) {
            assertThat(found(environment.witness().bytes(object), secrets))
                    .as(object)
                    .isEmpty();
        }
        requireNowhere(secrets);
        assertThat(foundInFiles(Map.of("the wrapped key", wrapped.ciphertext().getBytes(StandardCharsets.US_ASCII))))
                .as("what is in the journal is found there")
                .isNotEmpty();

        Answer restore = environment
                .node()
                .procedure("rds_restore_database", keyed(Submitted.restoreCall("unsealed_" + mode.charAt(0), set)));
        environment
                .node()
                .awaitSuccess(environment
                        .accepted(restore, "RESTORE_DB", "unsealed_" + mode.charAt(0), set, 1)
                        .id());
        requireNowhere(secrets);
    }

    private Map<String, Object> keyed(Map<String, Object> call) {
        return Submitted.with(call, "kms_master_key_arn", environment.keys().key());
    }

    /** A data key as it is stored beside its file. */
    private record WrappedKey(String ciphertext, Map<String, String> context) {
        static WrappedKey of(String ciphertext, JsonNode context) {
            Map<String, String> entries = new TreeMap<>();
            context.properties()
                    .forEach(entry ->
                            entries.put(entry.getKey(), entry.getValue().asText()));
            return new WrappedKey(ciphertext, entries);
        }
    }

    private WrappedKey wrappedKeyOf(String file, String mode) throws IOException {
        if (mode.equals("authenticated")) {
            JsonNode wrapped = JSON.readTree(environment.witness().bytes(file + ".keys"))
                    .required("files")
                    .get(0)
                    .required("wrapped")
                    .get(0);
            return WrappedKey.of(wrapped.required("ciphertext").asText(), wrapped.required("encryptionContext"));
        }
        Map<String, String> metadata = environment.witness().metadata(file);
        return WrappedKey.of(
                String.valueOf(metadata.get("x-amz-key-v2")), JSON.readTree(metadata.get("x-amz-matdesc")));
    }

    /** How a key could have been written. */
    private static Map<String, byte[]> forms(byte[] key) {
        assertThat(key).hasSize(32);
        return Map.of(
                "the data key",
                key,
                "the data key in base64",
                Base64.getEncoder().withoutPadding().encode(key),
                "the data key in hexadecimal",
                HexFormat.of().formatHex(key).getBytes(StandardCharsets.US_ASCII),
                "the data key as Java prints arrays",
                Arrays.toString(key).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] longer(byte[] one, byte[] other) {
        return one.length > other.length ? one : other;
    }

    private void requireNowhere(Map<String, byte[]> secrets) {
        assertThat(foundInFiles(secrets)).isEmpty();
    }

    private Map<String, List<String>> foundInFiles(Map<String, byte[]> searched) {
        Map<String, List<String>> found = new TreeMap<>();
        files().forEach(file -> {
            List<String> here = found(content(file), searched);
            if (!here.isEmpty()) {
                found.put(relative(file), here);
            }
        });
        return found;
    }

    private String relative(Path file) {
        return environment.folder().relativize(file).toString();
    }

    private Stream<Path> files() {
        try (Stream<Path> all = Files.find(environment.folder(), 20, (file, is) -> is.isRegularFile())) {
            return all
                    .filter(file -> !OF_OTHERS.contains(
                            environment.folder().relativize(file).getName(0).toString()))
                    .toList()
                    .stream();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return new byte[0];
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<String> found(byte[] bytes, Map<String, byte[]> searched) {
        return searched.entrySet().stream()
                .filter(entry -> contains(bytes, entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }
}
