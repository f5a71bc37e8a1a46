package io.bakstripe.api.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The type of a set of data; logs have commands of their own. */
final class DataTypeOption {
    @Option(names = "--type", paramLabel = "TYPE", description = "FULL (default) or DIFFERENTIAL.")
    private @Nullable String type;

    /** Adds it where it was given. */
    void addTo(Map<String, Object> arguments) {
        if (type != null) {
            arguments.put("type", type);
        }
    }
}
