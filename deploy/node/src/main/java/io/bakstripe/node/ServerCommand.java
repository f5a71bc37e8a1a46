package io.bakstripe.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.bakstripe.node.config.ConfigFile;
import io.bakstripe.node.config.InstanceDeclarations;
import io.bakstripe.node.config.NodeSettings;
import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bakstripe server}: runs one node until it is stopped. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description =
                "Runs one node. With --sandbox it embeds an object store and a sample database, for trying things out.",
        footer = {
            "",
            "It exits with 1 when it cannot start and with 2 when its options or its configuration are wrong.",
            "A sandbox that has run with --config is started with it from then on.",
            "",
            "Examples:",
            "  bakstripe server --sandbox --data /tmp/bak",
            "  bakstripe server --config /etc/bakstripe/node.conf --data /var/lib/bakstripe"
        })
final class ServerCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "HOCON file; docs/configuration.md explains the keys.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "The node's folder (default: bakstripe-data).")
    private @Nullable Path data;

    @Option(
            names = "--http-port",
            paramLabel = "N",
            description = "Port of the API (default: 8080; 0 takes a free one).")
    private @Nullable Integer httpPort;

    @Option(names = "--sandbox", description = "Embed an object store and a sample database under --data.")
    private boolean sandbox;

    @Option(names = "--stop-with-stdin", hidden = true, description = "Stop when standard input closes.")
    private boolean stopWithStdin;

    @Override
    public Integer call() {
        Map<String, Object> options = new HashMap<>();
        if (data != null) {
            options.put("bakstripe.node.data", data.toString());
        }
        if (httpPort != null) {
            options.put("bakstripe.api.port", httpPort);
        }
        try {
            return run(options);
        } catch (ConfigException wrong) {
            System.err.println("error: the configuration is wrong: " + wrong.getMessage());
            System.err.println("hint: docs/configuration.md explains the keys and says where all of them are listed.");
            return 2;
        } catch (IOException | RuntimeException failed) {
            StartErrors.tell(failed);
            return 1;
        }
    }

    private int run(Map<String, Object> options) throws IOException {
        Config loaded = ConfigFile.load(Optional.ofNullable(config), options);
        Path folder = NodeSettings.from(loaded.getConfig("bakstripe.node")).data();
        // Read here only to refuse a wrong block before anything is started.
        InstanceDeclarations.from(loaded.getConfig("bakstripe.instances"));
        try (DataFolder held = DataFolder.take(folder)) {
            Optional<Sandbox> embedded = Optional.empty();
            if (sandbox) {
                Sandbox started = Sandbox.start(Home.find(), folder, Optional.ofNullable(httpPort));
                options.putAll(started.settings(loaded));
                loaded = ConfigFile.load(Optional.ofNullable(config), options);
                embedded = Optional.of(started);
            }
            return Node.run(loaded, embedded, stopWithStdin);
        }
    }
}
