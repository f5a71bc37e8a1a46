package io.bakstripe.worker.seal;

import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.envelope.CbcStream;
import io.bakstripe.worker.key.envelope.CbcStream.Piece;
import io.bakstripe.worker.key.envelope.CipherBlock;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * Mode 1, encryption-only: the whole file is one stream of AES-256-CBC with padding behind the last part; {@code docs/format.md}, part 5.1. A part goes on from the
 * last block of the one before, so a sealer can begin at any part whose predecessor's last block is known. It authenticates nothing.
 */
public final class CbcSealer implements PartSealer {
    private static final byte[] NOTHING = {};

    private final DataKey key;
    private CipherBlock before;
    private boolean last;

    /** @param before the last sealed block of the part before, or the file's initialisation vector */
    public CbcSealer(DataKey key, CipherBlock before) {
        this.key = key;
        this.before = before;
    }

    /** @param carry what {@link PartSealer.Tail} gave with the part before */
    public static CbcSealer goingOn(DataKey key, String carry) {
        return new CbcSealer(key, CipherBlock.of(Base64.getDecoder().decode(carry)));
    }

    @Override
    public void begin(int number, boolean endsFile) {
        last = endsFile;
    }

    /** {@link IllegalArgumentException} unless these are whole blocks of 16 bytes, which frames always are. */
    @Override
    public byte[] add(byte[] plain) {
        return plain.length == 0 ? NOTHING : sealed(plain, Piece.INNER);
    }

    @Override
    public Tail end() {
        byte[] padding = last ? sealed(NOTHING, Piece.LAST) : NOTHING;
        return new Tail(padding, Base64.getEncoder().encodeToString(before.toBytes()));
    }

    private byte[] sealed(byte[] plain, Piece piece) {
        ByteBuffer into = ByteBuffer.allocate(CbcStream.sealedBytes(plain.length, piece));
        CbcStream.seal(key, before, ByteBuffer.wrap(plain), piece, into);
        before = CipherBlock.lastOf(into.flip());
        return into.array();
    }
}
