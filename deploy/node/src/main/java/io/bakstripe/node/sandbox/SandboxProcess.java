package io.bakstripe.node.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.Home;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** The embedded object store, token service and key service in a process of its own; it ends when this process ends, because its standard input closes then. */
public final class SandboxProcess implements AutoCloseable {
    /** Where the store keeps its port and keys; it is written when the store first serves. */
    private static final String IDENTITY = "sandbox-s3.properties";
    /** Says to the store: the port that it had. */
    private static final int KEPT = 0;

    private final Process process;
    private final Store store;
    private final Sts sts;
    private final Kms kms;
    private final Optional<Chaos> chaos;

    private SandboxProcess(Process process, Store store, Sts sts, Kms kms, Optional<Chaos> chaos) {
        this.process = process;
        this.store = store;
        this.sts = sts;
        this.kms = kms;
        this.chaos = chaos;
    }

    /**
     * How to make the store fail, as {@code docs/chaos.md} describes it.
     *
     * @param control the address that scripts are sent to
     * @param calm the endpoint of the same store that no fault strikes
     */
    public record Chaos(String control, String calm) {}

    /** How to reach the store; {@link #toString()} masks the secret key. */
    public record Store(String endpoint, String accessKey, String secretKey, String region, String bucket) {
        @Override
        public String toString() {
            return "Store[" + accessKey + "@" + endpoint + "]";
        }
    }

    /**
     * The token service beside the store.
     *
     * @param roleArn the role that the store's keys can assume
     */
    public record Sts(String endpoint, String roleArn) {}

    /** The key service beside the store, with a key of each kind that it knows. */
    public record Kms(
            String endpoint,
            String keyArn,
            String secondKeyArn,
            String asymmetricKeyArn,
            String awsManagedKeyArn,
            String disabledKeyArn,
            String pendingDeletionKeyArn,
            String otherRegionKeyArn) {}

    /** Starts a store without faults, see the other one. */
    public static SandboxProcess start(Home home, Path data) throws IOException {
        return start(home, data, OptionalInt.empty(), OptionalInt.empty());
    }

    /**
     * Starts the process and waits until it serves; throws {@link IOException} when it ends before. Its messages go to this process's error stream.
     *
     * @param chaosPort where faults are asked for, 0 for a free port; empty for a store without faults
     * @param keySeconds how long the keys of the role last; empty: as long as is asked for
     */
    public static SandboxProcess start(Home home, Path data, OptionalInt chaosPort, OptionalInt keySeconds)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port(data, "port")),
                "--sts-port",
                Integer.toString(port(data, "sts-port")),
                "--kms-port",
                Integer.toString(port(data, "kms-port")),
                "--stop-with-stdin"));
        keySeconds.ifPresent(seconds -> arguments.addAll(List.of("--key-seconds", Integer.toString(seconds))));
        chaosPort.ifPresent(port -> arguments.addAll(List.of("--chaos-port", Integer.toString(port))));
        Process process = new ProcessBuilder(home.sandboxCommand(arguments))
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
                        json.required("bucket").asText()),
                new Sts(json.required("sts").asText(), json.required("roleArn").asText()),
                new ObjectMapper().treeToValue(json.required("kms"), Kms.class),
                json.has("chaos")
                        ? Optional.of(new Chaos(
                                json.required("chaos").asText(),
                                json.required("calm").asText()))
                        : Optional.empty());
    }

    /** The port is kept for good, so it had better be one that outgoing connections leave alone. */
    private static int port(Path data, String key) throws IOException {
        Path identity = data.resolve(IDENTITY);
        return Files.exists(identity) && Files.readString(identity).contains("\n" + key + "=")
                ? KEPT
                : FreePort.choose();
    }

    public Store store() {
        return store;
    }

    public Sts sts() {
        return sts;
    }

    public Kms kms() {
        return kms;
    }

    /** Present when the store was started so that it can be made to fail. */
    public Optional<Chaos> chaos() {
        return chaos;
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
