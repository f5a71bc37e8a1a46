package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The sandbox as the process that it is. */
class SandboxMainTest {
    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process launch(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Optional.ofNullable(System.getProperty("surefire.test.class.path"))
                        .orElseGet(() -> System.getProperty("java.class.path")),
                SandboxMain.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        return process;
    }

    private Process launchHere() throws IOException {
        return launch("--data", directory.toString(), "--stop-with-stdin");
    }

    private static Config ready(BufferedReader output) throws Exception {
        return ConfigFactory.parseString(
                CompletableFuture.supplyAsync(() -> line(output)).get(60, TimeUnit.SECONDS));
    }

    private static String line(BufferedReader output) {
        try {
            return String.valueOf(output.readLine());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static S3AsyncClient client(Config ready) {
        return StockClient.of(ready.getString("endpoint"), ready.getString("accessKey"), ready.getString("secretKey"));
    }

    @Test
    void saysWhereItIsAndLosesNothingWhenItIsKilled() throws Exception {
        Process killed = launchHere();
        Config before = ready(killed.inputReader(StandardCharsets.UTF_8));
        try (S3AsyncClient client = client(before)) {
            client.putObject(
                            request -> request.bucket(before.getString("bucket"))
                                    .key("kept")
                                    .metadata(Map.of("set", "7")),
                            AsyncRequestBody.fromString("content"))
                    .join();
        }
        killed.destroyForcibly().waitFor();

        Config after = ready(launchHere().inputReader(StandardCharsets.UTF_8));

        assertThat(after).isEqualTo(before);
        assertThat(after.getString("region")).isEqualTo("us-east-1");
        try (S3AsyncClient client = client(after)) {
            var head = client.headObject(
                            request -> request.bucket(after.getString("bucket")).key("kept"))
                    .join();
            assertThat(head.contentLength()).isEqualTo(7);
            assertThat(head.metadata()).containsEntry("set", "7");
        }
    }

    @Test
    void endsWhenItsStandardInputClosesAndPrintsOneLineOnly() throws Exception {
        Process process = launchHere();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        ready(output);

        process.getOutputStream().close();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(output.readLine()).isNull();
    }

    @Test
    void endsOnSigtermAndLeavesTheDirectoryToTheNext() throws Exception {
        Process process = launch("--data", directory.toString());
        Config before = ready(process.inputReader(StandardCharsets.UTF_8));

        process.destroy();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(ready(launchHere().inputReader(StandardCharsets.UTF_8))).isEqualTo(before);
    }

    @Test
    void refusesAWrongCommandLine() throws Exception {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("--data"),
                List.of("--data", directory.toString(), "--port", "many"),
                List.of("--data", directory.toString(), "--prot", "1"))) {
            Process process = launch(wrong.toArray(String[]::new));

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(wrong.toString()).isEqualTo(2);
        }
    }
}
