package io.bakstripe.worker.key;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import java.util.Optional;

/**
 * What a key service tells of a key.
 *
 * @param spec {@code SYMMETRIC_DEFAULT} for symmetric keys
 * @param usage {@code ENCRYPT_DECRYPT} for keys that encrypt
 * @param awsManaged whether it is a default key of the account, which AWS manages
 * @param state as the service names it: {@code Enabled}, {@code Disabled}, {@code PendingDeletion}, {@code PendingImport}, …
 */
public record KeyDescription(KeyArn key, String spec, String usage, boolean awsManaged, String state) {
    private static final String SYMMETRIC = "SYMMETRIC_DEFAULT";
    private static final String ENCRYPTS = "ENCRYPT_DECRYPT";

    /** Why backups are not encrypted, and files not opened, with this key (rows L14 and B2); empty when nothing speaks against it. */
    public Optional<Problem> refusal() {
        if (!spec.equals(SYMMETRIC) || !usage.equals(ENCRYPTS)) {
            return Optional.of(BackupError.KEY_ASYMMETRIC.problem(key, spec, usage));
        }
        if (awsManaged) {
            return Optional.of(BackupError.KEY_AWS_MANAGED.problem(key));
        }
        return switch (state) {
            case "Enabled" -> Optional.empty();
            case "Disabled" -> Optional.of(BackupError.KEY_DISABLED.problem(key));
            default -> Optional.of(BackupError.KEY_NOT_USABLE.problem(key, state));
        };
    }
}
