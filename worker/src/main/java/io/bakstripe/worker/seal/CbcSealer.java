package io.bakstripe.worker.seal;

import io.bakstripe.worker.key.DataKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;

/**
 * Mode 1, encryption-only: the whole file is one stream of AES-256-CBC with padding behind the last part; {@code docs/format.md}, part 5.1. A part goes on from the
 * last block of the one before, so a sealer can begin at any part whose predecessor's last block is known. It authenticates nothing.
 */
public final class CbcSealer implements PartSealer {
    private static final byte[] NOTHING = {};

    private final Cipher cipher;
    private byte[] lastBlock;
    private boolean last;

    /** @param before the last sealed block of the part before, or the file's initialisation vector: 16 bytes */
    public CbcSealer(DataKey key, byte[] before) {
        this.cipher = AesCbc.encrypting(key, before);
        this.lastBlock = before.clone();
    }

    /** @param carry what {@link PartSealer.Tail} gave with the part before */
    public static CbcSealer goingOn(DataKey key, String carry) {
        return new CbcSealer(key, Base64.getDecoder().decode(carry));
    }

    @Override
    public void begin(int number, boolean endsFile) {
        last = endsFile;
    }

    /** {@link IllegalArgumentException} unless these are whole blocks of 16 bytes, which frames always are. */
    @Override
    public byte[] add(byte[] plain) {
        if (plain.length % AesCbc.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(plain.length + " bytes are no whole blocks");
        }
        byte[] sealed = cipher.update(plain);
        if (sealed == null) {
            return NOTHING;
        }
        lastBlock = Arrays.copyOfRange(sealed, sealed.length - AesCbc.BLOCK_BYTES, sealed.length);
        return sealed;
    }

    @Override
    public Tail end() {
        byte[] padding = last ? add(padding()) : NOTHING;
        return new Tail(padding, Base64.getEncoder().encodeToString(lastBlock));
    }

    /** PKCS #7 of a file that is a multiple of the block: a whole block. */
    private static byte[] padding() {
        byte[] block = new byte[AesCbc.BLOCK_BYTES];
        Arrays.fill(block, (byte) AesCbc.BLOCK_BYTES);
        return block;
    }
}
