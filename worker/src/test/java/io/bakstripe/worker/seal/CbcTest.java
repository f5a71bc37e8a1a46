package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.seal.PartSealer.Tail;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Mode 1 against the JDK's own AES/CBC/PKCS5Padding over the whole file. */
class CbcTest {
    private final Random random = new Random(7);
    private final byte[] keyBytes = random(32);
    private final byte[] iv = random(16);

    private DataKey key() {
        return DataKey.takeOver(keyBytes.clone());
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Sizes in blocks of the pieces of each part. */
    @Property(tries = 200)
    void partsOfAnySizeAreOneStream(
            @ForAll @Size(min = 1, max = 6) List<@Size(min = 1, max = 4) List<@IntRange(min = 1, max = 300) Integer>> parts,
            @ForAll boolean anotherSealerForEachPart)
            throws Exception {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        CbcSealer sealer = new CbcSealer(key(), iv);
        for (int number = 1; number <= parts.size(); number++) {
            sealer.begin(number, number == parts.size());
            for (int blocks : parts.get(number - 1)) {
                byte[] piece = random(16 * blocks);
                plain.write(piece);
                sealed.write(sealer.add(piece));
            }
            Tail tail = sealer.end();
            sealed.write(tail.bytes());
            if (anotherSealerForEachPart) {
                sealer = CbcSealer.goingOn(key(), tail.carry());
            }
        }

        assertThat(sealed.toByteArray()).isEqualTo(whole(plain.toByteArray()));
    }

    @Property(tries = 300)
    void anyRangeIsOpened(
            @ForAll @IntRange(min = 1, max = 40) int blocks, @ForAll int at, @ForAll int bytes) throws Exception {
        byte[] plain = random(16 * blocks);
        byte[] sealed = whole(plain);
        int offset = Math.floorMod(at, plain.length);
        int length = 1 + Math.floorMod(bytes, plain.length - offset);
        CbcOpener opener = new CbcOpener(key(), iv);

        CbcOpener.Needed needed = opener.needed(offset, length, sealed.length);
        ByteBuffer read = ByteBuffer.wrap(sealed, (int) needed.offset(), needed.length()).slice();
        ByteBuffer opened = opener.open(offset, length, needed, read);

        assertThat(bytes(opened)).isEqualTo(Arrays.copyOfRange(plain, offset, offset + length));
        assertThat(needed.length()).isLessThanOrEqualTo(length + 3 * 16);
    }

    @Property(tries = 50)
    void thePaddingOfAnyFileIsFound(@ForAll @IntRange(min = 16, max = 200) int length) throws Exception {
        byte[] sealed = whole(random(length));
        CbcOpener opener = new CbcOpener(key(), iv);

        assertThat(opener.padding(ByteBuffer.wrap(sealed, sealed.length - 32, 32))).hasValue(16 - length % 16);
    }

    @Example
    void aWrongKeyShowsItselfByThePadding() throws Exception {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] sealed = whole(random(160));
            CbcOpener opener = new CbcOpener(DataKey.takeOver(random(32)), iv);
            opener.padding(ByteBuffer.wrap(sealed, sealed.length - 32, 32)).ifPresent(found::add);
        }

        // One of 256 looks like padding by chance.
        assertThat(found).hasSizeLessThan(5);
    }

    @Example
    void refusesWhatIsNoWholeBlock() {
        CbcSealer sealer = new CbcSealer(key(), iv);
        sealer.begin(1, false);

        assertThatThrownBy(() -> sealer.add(new byte[17])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CbcOpener(key(), new byte[12])).isInstanceOf(IllegalArgumentException.class);
    }

    private byte[] whole(byte[] plain) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keyBytes, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(plain);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
