package io.bakstripe.node.offline;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.RunningNode;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.StartedByHand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is left but the bucket and the key service: no node, no journal, no server. The packaged commands bring the rows back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OfflineIT {
    private static final String TABLES =
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    private static final String CLOCK =
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    @TempDir
    Path temp;

    private final Map<Mode, Chain> chains = new EnumMap<>(Mode.class);
    private ServerConnection shop;
    private JsonNode kms;
    private Installed installed;
    private Process sandbox;

    private enum Mode {
        ENCRYPTION_ONLY("weak", "BAK-5134"),
        AUTHENTICATED("strong", "BAK-6119");

        private final String prefix;
        private final String wrongKey;

        Mode(String prefix, String wrongKey) {
            this.prefix = prefix;
            this.wrongKey = wrongKey;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        String files(String what) {
            return arn(prefix + "-" + what + "*.bak");
        }
    }

    /**
     * What the source held.
     *
     * @param atFull when the full backup was made
     * @param moment between two transactions that the log backup holds
     * @param atMoment then
     */
    private record Chain(Map<String, String> atFull, String moment, Map<String, String> atMoment) {}

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    @BeforeAll
    void makeBackupsAndLoseEverythingElse(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("node");
        try (RunningNode node = RunningNode.start(data)) {
            JsonNode said =
                    new ObjectMapper().readTree(data.resolve("sandbox.json").toFile());
            shop = node.shop();
            kms = said.required("kms");
            installed = Installed.with(folder, said.required("s3"), kms);
            execute(shop, "CREATE TABLE notes (note text)");
            for (Mode mode : Mode.values()) {
                chains.put(mode, backups(node, mode));
            }
        }
        Path bucket = Files.createDirectory(folder.resolve("bucket"));
        for (String kept : List.of("s3", "sandbox-s3.properties", "sandbox-kms.json")) {
            Files.move(data.resolve(kept), bucket.resolve(kept));
        }
        remove(data);
        sandbox = installed.sandbox(bucket);
    }

    private Chain backups(RunningNode node, Mode mode) throws Exception {
        execute(shop, "INSERT INTO notes VALUES ('before the full backup')");
        Map<String, String> atFull = digests(shop);
        backup(node, mode, "rds_backup_database", "full", Map.of("number_of_files", 3));
        execute(shop, "INSERT INTO notes VALUES ('before the differential')");
        backup(node, mode, "rds_backup_database", "differential", Map.of("type", "DIFFERENTIAL"));
        execute(shop, "INSERT INTO notes VALUES ('before the moment')");
        Map<String, String> atMoment = digests(shop);
        String moment = column(shop, CLOCK).get(0);
        execute(shop, "INSERT INTO notes VALUES ('too late')", "DELETE FROM notes WHERE note LIKE 'before%'");
        backup(node, mode, "rds_backup_log", "log", Map.of());
        return new Chain(atFull, moment, atMoment);
    }

    private void backup(RunningNode node, Mode mode, String procedure, String what, Map<String, Object> more)
            throws IOException {
        Map<String, Object> call = new HashMap<>(Map.of(
                "source_db_name", "shop",
                "s3_arn_to_backup_to", mode.files(what),
                "kms_master_key_arn", key("keyArn"),
                "encryption_mode", mode.word()));
        call.putAll(more);
        node.awaitSuccess(node.submit(procedure, call));
    }

    private Chain chain(Mode mode) {
        return Objects.requireNonNull(chains.get(mode));
    }

    private String key(String name) {
        return kms.required(name).asText();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        }
    }

    @AfterAll
    void stopSandbox() throws InterruptedException {
        if (sandbox != null) {
            sandbox.destroy();
            sandbox.waitFor();
        }
    }

    /** Number and content of the rows of each table. */
    private static Map<String, String> digests(ServerConnection server) throws SQLException {
        Map<String, String> digests = new TreeMap<>();
        for (String table : column(server, TABLES)) {
            digests.put(
                    table,
                    column(
                                    server,
                                    "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text"
                                            + " COLLATE \"C\"), '')) FROM " + table + " t")
                            .get(0));
        }
        assertThat(digests).hasSizeGreaterThan(2);
        return digests;
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aFullBackupBecomesAServerWithTheRowsOfThen(Mode mode) throws Exception {
        Path target = temp.resolve(mode.prefix + "-full");

        installed
                .run("extract", mode.files("full"), "--to", target.toString(), "--key", key("keyArn"))
                .requireOk();

        try (StartedByHand server = StartedByHand.on(target.resolve("pgdata"))) {
            assertThat(digests(server.as(shop))).isEqualTo(chain(mode).atFull());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aChainBecomesAServerWithTheRowsOfAMoment(Mode mode) throws Exception {
        Path target = temp.resolve(mode.prefix + "-then");
        Chain chain = chain(mode);

        Installed.Ended ended = installed
                .run(
                        "extract",
                        arn(mode.prefix + "-*"),
                        "--to",
                        target.toString(),
                        "--to-time",
                        chain.moment(),
                        "--json")
                .requireOk();

        JsonNode made = new ObjectMapper().readTree(ended.out());
        assertThat(made.required("sets").findValuesAsText("type")).containsExactly("FULL", "DIFFERENTIAL", "LOG");
        try (StartedByHand server =
                StartedByHand.on(Path.of(made.required("dataDirectory").asText()))) {
            assertThat(digests(server.as(shop))).isEqualTo(chain.atMoment());
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void decryptedFilesArePlainAndVerify(Mode mode) throws Exception {
        Path target = temp.resolve(mode.prefix + "-plain");

        Installed.Ended ended = installed
                .run("decrypt", mode.files("full"), mode.files("log"), "--to", target.toString(), "--json")
                .requireOk();

        JsonNode files = new ObjectMapper().readTree(ended.out()).required("files");
        assertThat(files).hasSize(4);
        assertThat(files.findValuesAsText("mode")).containsOnly(mode.word());
        for (String path : files.findValuesAsText("decrypted")) {
            byte[] begin = Arrays.copyOf(Files.readAllBytes(Path.of(path)), 11);
            assertThat(new String(begin, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("BAKSTRIP");
            assertThat(begin[10]).as("mode").isZero();
        }
        String[] inspect = Stream.concat(
                        Stream.of("inspect", "--verify"),
                        Stream.of(1, 2, 3)
                                .map(family -> target.resolve(mode.prefix + "-full" + family + "-of-3.bak")
                                        .toString()))
                .toArray(String[]::new);
        assertThat(installed.run(inspect).requireOk().out()).contains("whole: all 3 files are here");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void inspectOpensFilesWithTheirKeyAndShowsWithoutItWhatIsSeenFromOutside(Mode mode) throws Exception {
        Installed.Ended opened =
                installed.run("inspect", "--verify", mode.files("full")).requireOk();
        assertThat(opened.out())
                .contains("encrypted " + mode.word(), key("keyArn"), "shop of instance sandbox")
                .contains("every byte is as it was written")
                .contains("whole: all 3 files are here");

        Installed.Ended outside =
                installed.run("inspect", "--outside", mode.files("full")).requireOk();
        assertThat(outside.out())
                .contains("encrypted " + mode.word(), key("keyArn"))
                .doesNotContain("instance sandbox");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anotherKeyOpensNothingAndLeavesNothing(Mode mode) throws Exception {
        Path target = temp.resolve(mode.prefix + "-refused");

        for (String command : List.of("extract", "decrypt")) {
            installed
                    .run(command, mode.files("full"), "--to", target.toString(), "--key", key("secondKeyArn"))
                    .requireRefused(mode.wrongKey);
            assertThat(target).doesNotExist();
        }
        Installed.Ended inspected = installed.run("inspect", mode.files("full"), "--key", key("secondKeyArn"));
        assertThat(inspected.code()).isEqualTo(1);
        assertThat(inspected.out()).contains(mode.wrongKey, "encrypted " + mode.word());
    }

    @Test
    void aKeyServiceOfAnotherRegionOpensNothingAndLeavesNothing() throws Exception {
        Map<String, String> settings = new HashMap<>(installed.settings());
        settings.put("BAKSTRIPE_KMS_REGION", "eu-west-1");
        Installed elsewhere = new Installed(installed.folder(), settings);
        Path target = temp.resolve("refused");

        elsewhere
                .run("decrypt", Mode.AUTHENTICATED.files("full"), "--to", target.toString())
                .requireRefused("BAK-1130");

        assertThat(target).doesNotExist();
    }
}
