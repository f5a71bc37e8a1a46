package io.bakstripe.api.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** Whether a backup may overwrite files. */
final class OverwriteOption {
    @Option(names = "--overwrite", description = "Overwrite files that exist.")
    private boolean overwrite;

    void addTo(Map<String, Object> arguments) {
        arguments.put("overwrite_s3_backup_file", overwrite ? 1 : 0);
    }
}
