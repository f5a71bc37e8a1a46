package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Sets that are damaged or not whole, on a real node: the restore names the file, and nothing of it is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileSetIT {
    private static final int STRIPES = 3;

    private RunningNode node;
    private Path databases = Path.of("");

    @BeforeAll
    void backUpTwice(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
        databases = data.resolve("databases").resolve("sandbox");
        for (String name : List.of("whole", "other")) {
            node.awaitSuccess(node.submit(
                    "rds_backup_database",
                    Map.of(
                            "source_db_name",
                            "shop",
                            "s3_arn_to_backup_to",
                            arn(name + "*.bak"),
                            "number_of_files",
                            STRIPES)));
        }
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    @Test
    void flippedByteEndsInErrorThatNamesFileAndPartBeforeAnythingOpens() throws IOException {
        copy("flipped");
        byte[] bytes = node.object(key("whole", 2));
        bytes[bytes.length / 2] ^= 1;
        node.put(key("flipped", 2), bytes);

        JsonNode row = node.awaitEnd(node.submit("rds_restore_database", restore("flipped")));

        assertThat(row.required("lifecycle").asText()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText())
                .contains("BAK-6102")
                .contains(arn(key("flipped", 2)) + ", part ");
        assertNothingIsLeft("flipped");

        node.put(key("flipped", 2), node.object(key("whole", 2)));
        node.awaitSuccess(node.submit("rds_restore_database", restore("flipped")));
        assertThat(databaseNames()).contains("flipped");
    }

    @Test
    void missingStripeIsRefused() throws IOException {
        for (int stripe = 1; stripe < STRIPES; stripe++) {
            node.put(key("missing", stripe), node.object(key("whole", stripe)));
        }

        assertRefused("missing", "BAK-6104", "has 3 media families but only 2 are provided");
    }

    @Test
    void foreignStripeIsRefusedByName() throws IOException {
        copy("foreign");
        node.put(key("foreign", 3), node.object(key("other", 3)));

        assertRefused("foreign", "BAK-6106", arn(key("foreign", 3)));
    }

    @Test
    void doubledStripeIsRefusedByName() throws IOException {
        copy("doubled");
        node.put(key("doubled", 3), node.object(key("whole", 2)));

        assertRefused("doubled", "BAK-6105", arn(key("doubled", 3)));
    }

    @Test
    void truncatedStripeIsRefusedByName() throws IOException {
        copy("truncated");
        byte[] bytes = node.object(key("whole", 1));
        node.put(key("truncated", 1), Arrays.copyOf(bytes, bytes.length - 100));

        assertRefused("truncated", "BAK-6103", arn(key("truncated", 1)));
    }

    private void assertRefused(String name, String code, String detail) throws IOException {
        long tasks = node.tasks();

        RunningNode.Answer answer = node.procedure("rds_restore_database", restore(name));

        assertThat(answer.code()).as(answer.toString()).isEqualTo(code);
        assertThat(answer.body().required("detail").asText()).contains(detail);
        assertThat(node.tasks()).isEqualTo(tasks);
        assertNothingIsLeft(name);
    }

    /** No directory with anything in it, no database, no server. */
    private void assertNothingIsLeft(String name) throws IOException {
        assertThat(databaseNames()).contains("shop").doesNotContain(name);
        Path root = databases.resolve(name);
        if (Files.exists(root)) {
            try (Stream<Path> walk = Files.walk(root)) {
                assertThat(walk.filter(Files::isRegularFile)
                                .filter(file -> file.toFile().length() > 0))
                        .isEmpty();
            }
        }
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(command -> command.contains(root.toString())))
                .isEmpty();
    }

    private List<String> databaseNames() {
        return node.get("/instances/sandbox/databases").body().findValuesAsText("name");
    }

    private void copy(String name) {
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            node.put(key(name, stripe), node.object(key("whole", stripe)));
        }
    }

    private static Map<String, Object> restore(String name) {
        return Map.of("restore_db_name", name, "s3_arn_to_restore_from", arn(name + "*.bak"));
    }

    private static String key(String name, int stripe) {
        return name + stripe + "-of-" + STRIPES + ".bak";
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }
}
