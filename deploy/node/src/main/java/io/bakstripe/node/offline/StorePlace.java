package io.bakstripe.node.offline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which commands without a cluster find the store and the key service. */
public final class StorePlace {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The node's configuration, for its store and its key service.")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "A node's folder, for the store and the key service of its sandbox.")
    private @Nullable Path data;

    /** Opens both; see {@link OfflineStore#open}. */
    public OfflineStore open() throws IOException {
        return OfflineStore.open(
                Optional.ofNullable(config),
                Optional.ofNullable(data),
                Optional.ofNullable(System.getenv("BAKSTRIPE_SANDBOX")).map(Path::of));
    }
}
