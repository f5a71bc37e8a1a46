package io.bakstripe.node.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.Home;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The embedded object store in a process of its own; it ends when this process ends, because its standard input closes then. */
public final class SandboxProcess implements AutoCloseable {
    private final Process process;
    private final Store store;

    private SandboxProcess(Process process, Store store) {
        this.process = process;
        this.store = store;
    }

    /** How to reach the store; {@link #toString()} masks the secret key. */
    public record Store(String endpoint, String accessKey, String secretKey, String region, String bucket) {
        @Override
        public String toString() {
            return "Store[" + accessKey + "@" + endpoint + "]";
        }
    }

    /** Starts the process and waits until it serves; throws {@link IOException} when it ends before. Its messages go to this process's error stream. */
    public static SandboxProcess start(Home home, Path data) throws IOException {
        Process process = new ProcessBuilder(
                        home.sandboxCommand(List.of("--data", data.toString(), "--port", "0", "--stop-with-stdin")))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String ready = out.readLine();
        if (ready == null) {
            process.destroyForcibly();
            throw new IOException("the sandbox's object store did not start; its messages stand above");
        }
        JsonNode json = new ObjectMapper().readTree(ready);
        return new SandboxProcess(
                process,
                new Store(
                        json.required("endpoint").asText(),
                        json.required("accessKey").asText(),
                        json.required("secretKey").asText(),
                        json.required("region").asText(),
                        json.required("bucket").asText()));
    }

    public Store store() {
        return store;
    }

    /** Ends the process, forcibly after ten seconds. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException alreadyGone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
