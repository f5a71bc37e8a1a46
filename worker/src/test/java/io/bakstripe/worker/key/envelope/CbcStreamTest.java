package io.bakstripe.worker.key.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.envelope.CbcStream.Piece;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A stream in pieces is the stream that a cipher makes in one go, wherever it is cut and wherever one begins to read. */
class CbcStreamTest {
    private static byte[] random(long seed, int bytes) {
        byte[] made = new byte[bytes];
        new Random(seed).nextBytes(made);
        return made;
    }

    private static DataKey key(long seed) {
        return DataKey.takeOver(random(seed, DataKey.BYTES));
    }

    private static CipherBlock iv(long seed) {
        return CipherBlock.of(random(~seed, CipherBlock.BYTES));
    }

    private static byte[] inOneGo(long seed, byte[] plain) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(random(seed, DataKey.BYTES), "AES"),
                    new IvParameterSpec(iv(seed).toBytes()));
            return cipher.doFinal(plain);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] seal(long seed, CipherBlock before, byte[] plain, Piece piece) {
        ByteBuffer into = ByteBuffer.allocateDirect(CbcStream.sealedBytes(plain.length, piece));
        try (DataKey key = key(seed)) {
            CbcStream.seal(key, before, ByteBuffer.wrap(plain), piece, into);
        }
        assertThat(into.hasRemaining()).isFalse();
        return bytes(into.flip());
    }

    private static byte[] open(long seed, CipherBlock before, byte[] sealed, Piece piece)
            throws DamagedStreamException {
        ByteBuffer into = ByteBuffer.allocate(sealed.length);
        try (DataKey key = key(seed)) {
            CbcStream.open(key, before, ByteBuffer.wrap(sealed), piece, into);
        }
        return bytes(into.flip());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] part(byte[] whole, int from, int to) {
        return Arrays.copyOfRange(whole, from, to);
    }

    @Property(tries = 300)
    void piecesAreTheStreamOfOneGo(
            @ForAll long seed,
            @ForAll @Size(max = 8) List<@IntRange(max = 40) Integer> blocks,
            @ForAll @IntRange(max = 100) int rest) {
        int inner = 16 * blocks.stream().mapToInt(Integer::intValue).sum();
        byte[] plain = random(seed + 1, inner + rest);
        byte[] expected = inOneGo(seed, plain);

        ByteBuffer made = ByteBuffer.allocate(expected.length);
        CipherBlock before = iv(seed);
        int at = 0;
        for (int count : blocks) {
            byte[] sealed = seal(seed, before, part(plain, at, at + 16 * count), Piece.INNER);
            made.put(sealed);
            at += 16 * count;
            before = sealed.length == 0 ? before : CipherBlock.lastOf(ByteBuffer.wrap(sealed));
        }
        made.put(seal(seed, before, part(plain, at, plain.length), Piece.LAST));

        assertThat(made.array()).isEqualTo(expected);
    }

    @Property(tries = 300)
    void anyRangeOpensWithTheBlockBeforeIt(
            @ForAll long seed, @ForAll @IntRange(max = 60) int one, @ForAll @IntRange(max = 60) int other)
            throws DamagedStreamException {
        byte[] plain = random(seed + 1, 16 * 60 + 5);
        byte[] sealed = inOneGo(seed, plain);
        int from = 16 * Math.min(one, other);
        int to = 16 * Math.max(one, other);
        CipherBlock before = from == 0
                ? iv(seed)
                : CipherBlock.lastOf(ByteBuffer.wrap(sealed).limit(from));

        assertThat(open(seed, before, part(sealed, from, to), Piece.INNER)).isEqualTo(part(plain, from, to));
        assertThat(open(seed, before, part(sealed, from, sealed.length), Piece.LAST))
                .isEqualTo(part(plain, from, plain.length));
    }

    @Test
    void aFileOfWholeBlocksGrowsByOneOfPadding() {
        assertThat(seal(1, iv(1), random(2, 64), Piece.LAST)).hasSize(80);
        assertThat(seal(1, iv(1), new byte[0], Piece.LAST)).hasSize(16);
        assertThat(seal(1, iv(1), random(2, 64), Piece.INNER)).hasSize(64);
    }

    @Test
    void anInnerPieceThatIsNoMultipleOfABlockIsRefused() {
        assertThatThrownBy(() -> seal(1, iv(1), new byte[17], Piece.INNER))
                .isInstanceOf(IllegalArgumentException.class);
        try (DataKey key = key(1)) {
            assertThatThrownBy(() ->
                            CbcStream.seal(key, iv(1), ByteBuffer.allocate(17), Piece.INNER, ByteBuffer.allocate(32)))
                    .hasMessage("an inner piece of 17 bytes");
        }
    }

    @Test
    void aStreamThatWasCutOrOpensWithAnotherKeyIsDamaged() {
        byte[] sealed = inOneGo(1, random(2, 160));
        List<byte[]> wrong = new ArrayList<>(List.of(part(sealed, 0, sealed.length - 1), new byte[0]));

        for (byte[] each : wrong) {
            assertThatThrownBy(() -> open(1, iv(1), each, Piece.LAST))
                    .isInstanceOf(DamagedStreamException.class)
                    .hasMessageContaining("length");
        }
        assertThatThrownBy(() -> open(2, iv(1), sealed, Piece.LAST))
                .isInstanceOf(DamagedStreamException.class)
                .hasMessageContaining("end");
    }

    @Test
    void aClosedKeyEncryptsNothing() {
        DataKey key = key(1);
        key.close();

        assertThatThrownBy(
                        () -> CbcStream.seal(key, iv(1), ByteBuffer.allocate(16), Piece.INNER, ByteBuffer.allocate(16)))
                .isInstanceOf(IllegalStateException.class);
    }
}
