package io.bakstripe.node.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.cli.BakstripeCli;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class InspectCommandTest {
    private static final Path GOLDEN =
            Path.of("..", "..", "worker", "src", "test", "resources", "format", "version-1-zstd.bak");

    @TempDir
    Path temp;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void showsHeaderAndPartsOfALocalFile() {
        assertThat(inspect(GOLDEN.toString())).isZero();

        assertThat(out.toString())
                .contains("6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061, file 1 of 1")
                .contains("Orders of instance shop")
                .contains("postgresql 18")
                .contains("16/B374D848 to 16/B4000000")
                .contains("3 files and directories, 3013 bytes")
                .containsPattern("\\|\\s+1 \\|\\s+0 \\|")
                .doesNotContain("verified");
    }

    @Test
    void listsTheManifestAndVerifiesOnDemand() {
        assertThat(inspect("--verify", "--files", GOLDEN.toString())).isZero();

        assertThat(out.toString())
                .contains("base/größe")
                .contains("backup_label")
                .contains("every byte is as it was written: 5 pieces, 3013 bytes of the database");
    }

    @Test
    void printsOneJsonDocument() throws IOException {
        assertThat(inspect("--json", "--files", GOLDEN.toString())).isZero();

        JsonNode file =
                new ObjectMapper().readTree(out.toString()).required("files").get(0);
        assertThat(file.required("header").required("database").asText()).isEqualTo("Orders");
        assertThat(file.required("parts")).hasSize(2);
        assertThat(file.required("parts").get(1).required("plainBytes").asLong())
                .isEqualTo(13);
        assertThat(file.required("manifest")).hasSize(3);
        assertThat(file.required("verified").asBoolean()).isTrue();
    }

    @Test
    void namesFileAndPartOfAFlippedByte() throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDEN);
        bytes[1000] ^= 1;
        Path damaged = Files.write(temp.resolve("damaged.bak"), bytes);

        assertThat(inspect("--verify", damaged.toString())).isEqualTo(1);

        assertThat(out.toString())
                .contains("BAK-6102")
                .contains("File " + damaged + ", part ")
                .doesNotContain("arn:")
                .doesNotContain("verified");
    }

    @Test
    void goesOnWithTheOtherFilesAfterABadOne() throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDEN);
        Path cut = Files.write(temp.resolve("cut.bak"), Arrays.copyOf(bytes, bytes.length - 1));

        assertThat(inspect("--json", cut.toString(), GOLDEN.toString())).isEqualTo(1);

        JsonNode files = new ObjectMapper().readTree(out.toString()).required("files");
        assertThat(files.get(0).required("problem").required("code").asText()).isEqualTo("BAK-6103");
        assertThat(files.get(0).required("verified").asBoolean()).isFalse();
        assertThat(files.get(1).has("problem")).isFalse();
    }

    @Test
    void saysWhenSeveralFilesAreNoSet() throws IOException {
        Path twin = Files.copy(GOLDEN, temp.resolve("twin.bak"));

        assertThat(inspect(GOLDEN.toString(), twin.toString())).isEqualTo(1);

        assertThat(out.toString()).contains("not whole").contains("BAK-6105");
    }

    @Test
    void refusesWhatIsNotThereAndWrongUsage() {
        assertThat(inspect(temp.resolve("absent.bak").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("there is no file").contains("absent.bak");

        assertThat(inspect("arn:aws:s3:::")).isEqualTo(1);
        assertThat(err.toString()).contains("BAK-1007");

        assertThat(inspect()).isEqualTo(2);
    }

    private int inspect(String... arguments) {
        CommandLine line = new CommandLine(new InspectCommand());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return BakstripeCli.withShortErrors(line).execute(arguments);
    }
}
