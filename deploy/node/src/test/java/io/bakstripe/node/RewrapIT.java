package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.demo.RowComparison;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backups of a node whose keys are changed by the command, and which the node restores with the other key. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RewrapIT {
    private static final String KEY = "kms_master_key_arn";
    private static final int FILES = 3;

    @TempDir
    private Path temp;

    private RunningNode node;
    private String first;
    private String second;

    @BeforeAll
    void startNode(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
        first = node.kms().required("keyArn").asText();
        second = node.kms().required("secondKeyArn").asText();
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private void backup(String file, Map<String, Object> more) throws IOException {
        Map<String, Object> call = new HashMap<>(
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(file), "number_of_files", FILES));
        call.putAll(more);
        node.awaitSuccess(node.submit("rds_backup_database", call));
    }

    private static Map<String, Object> restore(String name, String file, String key) {
        return Map.of("restore_db_name", name, "s3_arn_to_restore_from", arn(file), KEY, key);
    }

    private record Ended(int code, String out, String err) {}

    private Ended rewrap(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("rewrap", "--data", node.data().toString()));
        command.addAll(List.of(arguments));
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        Process process = new ProcessBuilder(Home.find().nodeCommand("128m", command))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"encryption-only, BAK-5134", "authenticated, BAK-6119"})
    void aNodeRestoresWithTheOtherKeyAndWithNoOtherThan(String mode, String refusal) throws Exception {
        String files = mode + "*.bak";
        String copy = mode.replace('-', '_');
        backup(files, Map.of(KEY, first, "encryption_mode", mode));

        Ended changed = rewrap(arn(files), "--key", first, "--to-key", second, "--json");

        assertThat(changed.code()).as(changed.err()).isZero();
        JsonNode document = new ObjectMapper().readTree(changed.out());
        assertThat(document.required("complete").asBoolean()).isTrue();
        assertThat(document.required("files")).hasSize(FILES).allSatisfy(file -> {
            assertThat(file.required("mode").asText()).isEqualTo(mode);
            assertThat(file.required("changed").asBoolean()).isTrue();
            assertThat(file.required("keys").get(0).asText()).isEqualTo(second);
        });
        assertThat(node.procedure("rds_restore_database", restore(copy, files, first))
                        .code())
                .isEqualTo(refusal);
        node.awaitSuccess(node.submit("rds_restore_database", restore(copy, files, second)));
        assertThat(RowComparison.requireEqualTables(node.shop(), node.database(copy))
                        .rows())
                .isGreaterThan(10_000);

        Ended again = rewrap(arn(files), "--key", first, "--to-key", second);
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out().lines())
                .hasSize(FILES)
                .allSatisfy(line -> assertThat(line).startsWith("unchanged").contains(second));
        assertThat(node.uploads()).isEmpty();
    }

    @Test
    void aDifferentialFindsItsBaseWhoseKeyWasChanged() throws Exception {
        backup("base*.bak", Map.of(KEY, first));

        assertThat(rewrap(arn("base*.bak"), "--key", first, "--to-key", second).code())
                .isZero();

        backup("differential*.bak", Map.of(KEY, second, "type", "DIFFERENTIAL"));
    }

    @Test
    void filesThatAreNotEncryptedAreRefusedByName() throws Exception {
        backup("open*.bak", Map.of());

        Ended refused = rewrap(arn("open*.bak"), "--key", first, "--to-key", second);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).startsWith("error BAK-6113").contains("open1-of-3.bak");
    }
}
