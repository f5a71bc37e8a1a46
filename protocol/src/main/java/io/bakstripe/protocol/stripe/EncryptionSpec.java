package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.KeyArn;
import java.util.List;

/**
 * How a file is to be encrypted (rows L15, B2).
 *
 * @param keys that the file's data key is wrapped with; each of them opens the file. At least one, and one only in {@link EncryptionMode#ENCRYPTION_ONLY}
 */
public record EncryptionSpec(EncryptionMode mode, List<KeyArn> keys) {
    public EncryptionSpec {
        keys = List.copyOf(keys);
        if (keys.isEmpty() || (mode == EncryptionMode.ENCRYPTION_ONLY && keys.size() > 1)) {
            throw new IllegalArgumentException(keys.size() + " keys for " + mode);
        }
    }
}
