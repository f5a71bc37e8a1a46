package io.bakstripe.node.offline;

import io.bakstripe.protocol.name.KeyArn;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which commands without a cluster that read files find the store, the key service and the key. */
public final class OfflineOptions {
    @Option(
            names = "--key",
            paramLabel = "ARN",
            description = "The KMS key that opens encrypted files. Default: the one that each file names.")
    private @Nullable String key;

    @Mixin
    private final StorePlace place = new StorePlace();

    /** Throws {@code KEY_ARN_MALFORMED}. */
    public Optional<KeyArn> key() {
        return Optional.ofNullable(key).map(KeyArn::parse);
    }

    /** Opens both; see {@link OfflineStore#open}. */
    public OfflineStore open() throws IOException {
        return place.open();
    }
}
