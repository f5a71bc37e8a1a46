package io.bakstripe.api.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How files are encrypted that backups make. */
final class EncryptionModeOption {
    @Option(
            names = "--encryption-mode",
            paramLabel = "MODE",
            description =
                    "With --kms-key: encryption-only, which Amazon's clients read, or authenticated, which finds every"
                            + " change; as the instance declares by default.")
    private @Nullable String mode;

    /** Adds it where it was given. */
    void addTo(Map<String, Object> arguments) {
        if (mode != null) {
            arguments.put("encryption_mode", mode);
        }
    }
}
