package io.bakstripe.sandbox.kms;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What this service's ciphertexts are: version 1, the key's id, a nonce, and AES-256-GCM over the text with the encryption context as associated data. It
 * opens with the same key and the same context only.
 */
final class Seal {
    private static final byte VERSION = 1;
    private static final int ID_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;

    private Seal() {}

    /** @param random makes the nonce */
    static byte[] close(SandboxKey key, Map<String, String> context, byte[] text, RandomGenerator random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(text);
            UUID id = UUID.fromString(key.id());
            return ByteBuffer.allocate(HEAD_BYTES + sealed.length)
                    .put(VERSION)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** The id of the key that sealed it; empty when it is no ciphertext of this service. */
    static Optional<String> keyOf(byte[] blob) {
        if (blob.length < HEAD_BYTES + TAG_BITS / Byte.SIZE || blob[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(blob, 1, ID_BYTES);
        return Optional.of(new UUID(bytes.getLong(), bytes.getLong()).toString());
    }

    /** The text; empty for another context, another key or a blob that was changed. */
    static Optional<byte[]> open(SandboxKey key, Map<String, String> context, byte[] blob) {
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(blob, 1 + ID_BYTES, nonce, 0, NONCE_BYTES);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, key, nonce, context)
                    .doFinal(blob, HEAD_BYTES, blob.length - HEAD_BYTES));
        } catch (GeneralSecurityException notOurs) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, SandboxKey key, byte[] nonce, Map<String, String> context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key.secret(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated(context));
        return cipher;
    }

    /** Each name and each value with its length, in the order of the names: no two contexts have the same bytes. */
    private static byte[] associated(Map<String, String> context) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new TreeMap<>(context).forEach((name, value) -> {
            put(bytes, name);
            put(bytes, value);
        });
        return bytes.toByteArray();
    }

    private static void put(ByteArrayOutputStream bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
    }
}
