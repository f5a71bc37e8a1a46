package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.InstanceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the console shows of a node that does not start. */
final class StartErrorsTest {

    @Test
    void aPortThatIsTakenIsNamedWithTheOptionForAnotherOne(@TempDir Path data) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Told told = server("--data", data.toString(), "--http-port", Integer.toString(taken.getLocalPort()));

            assertThat(told.exit()).isEqualTo(1);
            assertThat(told.lines().lines())
                    .anyMatch(line ->
                            line.startsWith("error: the API cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": "))
                    .anyMatch(line -> line.startsWith("hint: ") && line.contains("--http-port"))
                    .noneMatch(line -> line.contains("\tat "));
            assertThat(data.resolve("journal.mv.db")).doesNotExist();
        }
    }

    @Test
    void anyPortWillDoWhenNoneIsAskedFor() throws IOException {
        ApiAddress.requireFree("127.0.0.1", 0);
    }

    @Test
    void aDataFolderThatCannotBeMadeIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        Told told = server("--data", file.resolve("data").toString(), "--http-port", "0");

        assertThat(told.exit()).isEqualTo(1);
        assertThat(told.lines())
                .contains("error: the data folder " + file.resolve("data") + " cannot be used: ")
                .contains("hint: Choose another folder with --data")
                .doesNotContain("\tat ");
    }

    @Test
    void aWrongConfigurationIsWrongUsage(@TempDir Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("node.conf"), "bakstripe.api.colour = red");

        Told told = server("--data", folder.resolve("data").toString(), "--config", config.toString());

        assertThat(told.exit()).isEqualTo(2);
        assertThat(told.lines()).contains("node.conf: 1").contains("not a known key");
    }

    @Test
    void aLowerRevisionIsToldWithBothNumbers() {
        assertThat(StartErrors.text(StartFailure.lowerRevision(new InstanceName("sandbox"), 5, 4)))
                .startsWith("error: a higher revision of bakstripe.instances holds in this cluster: 5 for instance"
                        + " 'sandbox', but 4 ")
                .contains("\nhint: ")
                .contains("--config")
                .contains("to 6 or more");
    }

    @Test
    void aFolderInUseSaysWhatToDo() {
        assertThat(StartErrors.text(StartFailure.folderInUse(Path.of("/data"))))
                .isEqualTo("error: another node runs on the data folder /data\n"
                        + "hint: Stop that one, or choose another folder with --data.");
    }

    @Test
    void aRefusalOfTheCatalogueKeepsItsCode() {
        BakstripeException refused =
                catchThrowableOfType(BakstripeException.class, () -> new InstanceName("no spaces"));

        assertThat(StartErrors.text(refused)).startsWith("error BAK-").contains("\nhint: ");
        assertThat(StartErrors.text(BackupError.CLUSTER_TIMEOUT.problem("x").asException()))
                .contains("BAK-");
    }

    @Test
    void whatNobodyThoughtOfIsNamedInOneLine() {
        assertThat(StartErrors.text(new IllegalStateException()))
                .startsWith("error: IllegalStateException\nhint: ")
                .contains("BAKSTRIPE_LOG_LEVEL");
        assertThatThrownBy(() -> ApiAddress.requireFree("no.such.host.invalid", 0))
                .isInstanceOf(StartFailure.class);
    }

    private record Told(int exit, String lines) {}

    private static Told server(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return new Told(
                    new CommandLine(new ServerCommand()).execute(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }
}
