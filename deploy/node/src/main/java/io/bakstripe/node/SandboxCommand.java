package io.bakstripe.node;

import io.bakstripe.node.sandbox.SandboxProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bakstripe sandbox}: the embedded object store and its key service alone, until interrupted. */
@Command(
        name = "sandbox",
        mixinStandardHelpOptions = true,
        description =
                "Starts the embedded object store and key service alone and prints how to reach it; Ctrl-C ends it.")
final class SandboxCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "bakstripe-data",
            description = "Folder for its objects (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("bakstripe-data");

    @Option(
            names = "--chaos-port",
            paramLabel = "N",
            description = "Let the store fail on demand, as scripts say that are sent to this port of loopback; 0 takes"
                    + " a free one. docs/chaos.md has the faults. Default: no faults.")
    private @Nullable Integer chaosPort;

    @Option(
            names = "--key-seconds",
            paramLabel = "N",
            description = "How long the keys of the role last. Default: as long as is asked for.")
    private @Nullable Integer keySeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Files.createDirectories(data);
        SandboxProcess process = SandboxProcess.start(
                Home.find(), data.toAbsolutePath().normalize(), optional(chaosPort), optional(keySeconds));
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "sandbox-stop"));
        SandboxProcess.Store store = process.store();
        System.out.printf(
                "endpoint    %s%naccess key  %s%nsecret key  %s%nregion      %s%nbucket      %s%n",
                store.endpoint(), store.accessKey(), store.secretKey(), store.region(), store.bucket());
        System.out.printf(
                "sts         %s%nrole        %s%n",
                process.sts().endpoint(), process.sts().roleArn());
        System.out.printf(
                "kms         %s%nkey         %s%n",
                process.kms().endpoint(), process.kms().keyArn());
        process.chaos()
                .ifPresent(
                        chaos -> System.out.printf("chaos       %s%ncalm        %s%n", chaos.control(), chaos.calm()));
        new CountDownLatch(1).await();
        return 0;
    }

    private static OptionalInt optional(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
