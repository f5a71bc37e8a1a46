package io.bakstripe.worker.key.envelope;

import io.bakstripe.worker.key.DataKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One AES-256-CBC stream in pieces. Each piece needs the block before it and nothing else: a writer goes on after a crash from the last ciphertext block
 * that was stored, and a reader begins anywhere at a multiple of 16 bytes. It does not authenticate: who changes a file without the key gets other bytes out,
 * which the checksums inside the plain file find only where they were not meant to be changed.
 */
public final class CbcStream {
    private CbcStream() {}

    /** What a piece becomes: the last of a stream gets PKCS #7 padding, always 1 to 16 bytes, others none. */
    public enum Piece {
        INNER,
        LAST
    }

    /** The bytes of a piece's ciphertext. {@link IllegalArgumentException} for an inner piece that is no multiple of 16 bytes. */
    public static int sealedBytes(int plainBytes, Piece piece) {
        if (piece == Piece.LAST) {
            return Math.addExact(plainBytes - plainBytes % CipherBlock.BYTES, CipherBlock.BYTES);
        }
        requireWhole(plainBytes);
        return plainBytes;
    }

    /**
     * Encrypts a piece: reads what remains in {@code plain} and writes {@link #sealedBytes} to {@code into}, which is another buffer. Same input, same output:
     * a piece that was lost on its way is made again.
     *
     * @param before the IV for the first piece, else the last block of ciphertext
     */
    public static void seal(DataKey key, CipherBlock before, ByteBuffer plain, Piece piece, ByteBuffer into) {
        if (piece == Piece.INNER) {
            requireWhole(plain.remaining());
        }
        try {
            cipher(Cipher.ENCRYPT_MODE, key, before, piece).doFinal(plain, into);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalArgumentException("a piece that cannot be encrypted", impossible);
        }
    }

    /**
     * Decrypts a piece, the last one without its padding. {@link DamagedStreamException} when that is no padding: another key, or other bytes. Any bytes
     * decrypt to something; only the last piece can tell.
     */
    public static void open(DataKey key, CipherBlock before, ByteBuffer sealed, Piece piece, ByteBuffer into)
            throws DamagedStreamException {
        if (sealed.remaining() % CipherBlock.BYTES != 0 || piece == Piece.LAST && !sealed.hasRemaining()) {
            throw new DamagedStreamException("it has not the length of an encrypted file");
        }
        try {
            cipher(Cipher.DECRYPT_MODE, key, before, piece).doFinal(sealed, into);
        } catch (BadPaddingException wrong) {
            throw new DamagedStreamException("its end does not decrypt");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalArgumentException("a piece that cannot be decrypted", impossible);
        }
    }

    private static void requireWhole(int bytes) {
        if (bytes % CipherBlock.BYTES != 0) {
            throw new IllegalArgumentException("an inner piece of " + bytes + " bytes");
        }
    }

    private static Cipher cipher(int mode, DataKey key, CipherBlock before, Piece piece)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(piece == Piece.LAST ? "AES/CBC/PKCS5Padding" : "AES/CBC/NoPadding");
        SecretKeySpec aes = key.use(bytes -> new SecretKeySpec(bytes, "AES"));
        cipher.init(mode, aes, new IvParameterSpec(before.toBytes()));
        return cipher;
    }
}
