package io.bakstripe.worker.key;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import java.util.Map;
import java.util.UUID;

/** What a wrapped key is bound to: it opens with the same entries only. No secret; the key service's own log shows it. */
public record EncryptionContext(Map<String, String> entries) {
    public EncryptionContext {
        entries = Map.copyOf(entries);
    }

    /** The one that the Amazon S3 encryption client asks for in Encryption-Only mode (row L15); {@code docs/format.md}, part 5.1. */
    public static EncryptionContext encryptionOnly(KeyArn key) {
        return new EncryptionContext(Map.of("kms_cmk_id", key.toString()));
    }

    /** Of the authenticated mode: which file of which set the key is for. The key service opens it for that one only; {@code docs/format.md}, part 5.2. */
    public static EncryptionContext authenticated(BackupSetId setId, int family, UUID dataKeyId) {
        return new EncryptionContext(Map.of(
                "bakstripe",
                "authenticated",
                "set",
                setId.toString(),
                "family",
                Integer.toString(family),
                "data-key",
                dataKeyId.toString()));
    }
}
