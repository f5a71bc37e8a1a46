package io.bakstripe.worker.key;

import io.bakstripe.protocol.name.KeyArn;
import java.util.Base64;

/**
 * A data key as it may be stored beside what it encrypts.
 *
 * @param key that it was wrapped with
 * @param ciphertext base64
 */
public record WrappedKey(KeyArn key, EncryptionContext context, String ciphertext) {
    /** {@link IllegalArgumentException} when the ciphertext is no base64, or empty. */
    public WrappedKey {
        if (Base64.getDecoder().decode(ciphertext).length == 0) {
            throw new IllegalArgumentException("an empty wrapped key");
        }
    }

    public static WrappedKey of(KeyArn key, EncryptionContext context, byte[] ciphertext) {
        return new WrappedKey(key, context, Base64.getEncoder().encodeToString(ciphertext));
    }

    public byte[] bytes() {
        return Base64.getDecoder().decode(ciphertext);
    }
}
