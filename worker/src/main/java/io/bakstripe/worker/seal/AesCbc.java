package io.bakstripe.worker.seal;

import io.bakstripe.worker.key.DataKey;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-CBC as the Amazon S3 encryption client's Encryption-Only mode has it (row L15). */
final class AesCbc {
    static final int BLOCK_BYTES = 16;

    private AesCbc() {}

    /** A cipher that encrypts and knows no padding: whoever uses it gives whole blocks. */
    static Cipher encrypting(DataKey key, byte[] iv) {
        return cipher(Cipher.ENCRYPT_MODE, key, iv);
    }

    static Cipher decrypting(DataKey key, byte[] iv) {
        return cipher(Cipher.DECRYPT_MODE, key, iv);
    }

    private static Cipher cipher(int mode, DataKey key, byte[] iv) {
        return key.use(bytes -> {
            try {
                Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
                cipher.init(mode, new SecretKeySpec(bytes, "AES"), new IvParameterSpec(iv));
                return cipher;
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("this Java knows no AES-256-CBC", impossible);
            }
        });
    }
}
