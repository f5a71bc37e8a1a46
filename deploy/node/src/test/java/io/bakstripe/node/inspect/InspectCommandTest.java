package io.bakstripe.node.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.cli.BakstripeCli;
import io.bakstripe.node.decrypt.EncryptedSamples;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.SealedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
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

    @Test
    void showsFromOutsideHowAFileIsEncrypted() throws Exception {
        EncryptedSamples samples = new EncryptedSamples();
        SealedFile sealed = samples.authenticated(1, 1);
        Path strong = Files.write(temp.resolve("strong.bak"), sealed.stored());
        Files.write(
                temp.resolve("strong.bak.keys"),
                KeyObject.empty().with(sealed.entry()).toBytes());
        EncryptedSamples.Cbc file = samples.encryptionOnly();
        Path weak = Files.write(temp.resolve("weak.bak"), file.stored());
        Path metadata = temp.resolve("metadata.json");
        new ObjectMapper().writeValue(metadata.toFile(), Map.of("Metadata", file.metadata()));
        UUID dataKey = sealed.entry().dataKeyId();

        assertThat(inspect("--outside", strong.toString())).as(out.toString()).isZero();
        assertThat(out.toString())
                .contains("authenticated, data key " + dataKey)
                .contains(LocalKeys.KEY.toString(), EncryptedSamples.OTHER.toString())
                .contains(SampleStripe.SET.value() + ", file 1 of 1")
                .doesNotContain("database");

        out.getBuffer().setLength(0);
        assertThat(inspect("--outside", weak.toString(), "--metadata", metadata.toString()))
                .as(out.toString())
                .isZero();
        assertThat(out.toString()).contains("encryption-only", LocalKeys.KEY.toString());

        Files.delete(temp.resolve("strong.bak.keys"));
        assertThat(inspect("--outside", strong.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("BAK-6115", strong + ".keys");
    }

    private int inspect(String... arguments) {
        CommandLine line = new CommandLine(new InspectCommand());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return BakstripeCli.withShortErrors(line).execute(arguments);
    }
}
