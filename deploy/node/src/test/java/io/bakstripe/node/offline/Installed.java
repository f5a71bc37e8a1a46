package io.bakstripe.node.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The distribution's commands, run as somebody does who has a bucket and a key service and nothing else.
 *
 * @param folder for what they print
 * @param settings the environment that leads to both
 */
record Installed(Path folder, Map<String, String> settings) {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** How a command ended. */
    record Ended(int code, String out, String err) {
        Ended requireOk() {
            assertThat(code).as(out + err).isZero();
            return this;
        }

        Ended requireRefused(String expected) {
            assertThat(code).as(out + err).isEqualTo(1);
            assertThat(err).contains("error " + expected).contains("hint: ");
            return this;
        }
    }

    /** Where both are, as {@code sandbox.json} of a node says it that had them before. */
    static Installed with(Path folder, JsonNode store, JsonNode kms) {
        return new Installed(
                folder,
                Map.of(
                        "BAKSTRIPE_S3_ENDPOINT", store.required("endpoint").asText(),
                        "BAKSTRIPE_S3_PATH_STYLE", "true",
                        "BAKSTRIPE_S3_REGION", store.required("region").asText(),
                        "BAKSTRIPE_S3_ACCESS_KEY", store.required("accessKey").asText(),
                        "BAKSTRIPE_S3_SECRET_KEY", store.required("secretKey").asText(),
                        "BAKSTRIPE_KMS_ENDPOINT", kms.required("endpoint").asText()));
    }

    /** Runs one to its end. */
    Ended run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process = start(out, err, arguments);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", arguments) + " does not end");
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts {@code bakstripe sandbox} and waits until it serves; ends with the process. */
    Process sandbox(Path data) throws IOException {
        Path out = Files.createTempFile(folder, "sandbox", ".txt");
        Process process = start(out, out, "sandbox", "--data", data.toString());
        await().atMost(PATIENCE)
                .failFast("the sandbox ended, see " + out, () -> !process.isAlive())
                .until(() -> Files.readString(out).contains("kms  "));
        return process;
    }

    private Process start(Path out, Path err, String... arguments) throws IOException {
        ProcessBuilder command = new ProcessBuilder(Home.find().nodeCommand("256m", List.of(arguments)))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()));
        command.environment().remove("BAKSTRIPE_SANDBOX");
        command.environment().putAll(settings);
        return command.start();
    }
}
