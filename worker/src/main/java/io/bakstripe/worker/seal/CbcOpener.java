package io.bakstripe.worker.seal;

import io.bakstripe.worker.key.DataKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * Opens ranges of a file of mode 1 in any order; {@code docs/format.md}, part 5.1. A wrong byte changes its own block and the next and is found by the checksums of the plain
 * file, not here. Thread-safe.
 */
public final class CbcOpener {
    /** What the sealed file has more than the plain one, when that has whole blocks. */
    public static final int PADDING_BYTES = AesCbc.BLOCK_BYTES;

    private final DataKey key;
    private final byte[] iv;

    /** @param iv 16 bytes; {@link IllegalArgumentException} for any other number */
    public CbcOpener(DataKey key, byte[] iv) {
        if (iv.length != AesCbc.BLOCK_BYTES) {
            throw new IllegalArgumentException("an initialisation vector of " + iv.length + " bytes");
        }
        this.key = key;
        this.iv = iv.clone();
    }

    /**
     * What has to be read for a range of the plain file.
     *
     * @param skip plain bytes of it that come before the range
     */
    public record Needed(long offset, int length, int skip) {}

    /** @param fileBytes of the sealed file */
    public Needed needed(long offset, int length, long fileBytes) {
        long firstBlock = offset - offset % AesCbc.BLOCK_BYTES;
        long from = Math.max(0, firstBlock - AesCbc.BLOCK_BYTES);
        long end = Math.min(fileBytes, roundedUp(offset + length));
        return new Needed(from, Math.toIntExact(end - from), (int) (offset - firstBlock));
    }

    /** Opens what {@link #needed} named; {@code length} plain bytes from {@code offset} on. */
    public ByteBuffer open(long offset, int length, Needed needed, ByteBuffer sealed) {
        ByteBuffer blocks = sealed.duplicate();
        byte[] before = iv.clone();
        if (offset >= AesCbc.BLOCK_BYTES) {
            blocks.get(before);
        }
        ByteBuffer plain = ByteBuffer.allocate(blocks.remaining());
        try {
            AesCbc.decrypting(key, before).doFinal(blocks, plain);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("whole blocks cannot be opened", impossible);
        }
        return plain.flip().slice(needed.skip(), length);
    }

    /**
     * How many bytes of padding the file ends with, 1 to 16; empty when what is there is none, as with the wrong key.
     *
     * @param lastTwo the last two blocks of the sealed file
     */
    public Optional<Integer> padding(ByteBuffer lastTwo) {
        byte[] before = new byte[AesCbc.BLOCK_BYTES];
        byte[] block = new byte[AesCbc.BLOCK_BYTES];
        lastTwo.duplicate().get(before).get(block);
        byte[] plain = cipherless(before, block);
        int count = plain[AesCbc.BLOCK_BYTES - 1];
        boolean valid = count >= 1 && count <= AesCbc.BLOCK_BYTES;
        for (int i = 1; valid && i <= count; i++) {
            valid = plain[AesCbc.BLOCK_BYTES - i] == count;
        }
        return valid ? Optional.of(count) : Optional.empty();
    }

    private byte[] cipherless(byte[] before, byte[] block) {
        Cipher cipher = AesCbc.decrypting(key, before);
        try {
            return cipher.doFinal(block);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a whole block cannot be opened", impossible);
        }
    }

    private static long roundedUp(long bytes) {
        return (bytes + AesCbc.BLOCK_BYTES - 1) / AesCbc.BLOCK_BYTES * AesCbc.BLOCK_BYTES;
    }
}
