package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.seal.PartSealer.Tail;
import java.io.ByteArrayOutputStream;
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

/** Parts of mode 1 against the JDK's own AES/CBC/PKCS5Padding over the whole file. */
class CbcSealerTest {
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
        PartSealer sealer = new CbcSealer(key(), CipherBlock.of(iv));
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

    @Example
    void theLastPartMayBeSealedAtOnce() throws Exception {
        byte[] plain = random(480);

        byte[] sealed = new CbcSealer(key(), CipherBlock.of(iv)).last(1, plain);

        assertThat(sealed).isEqualTo(whole(plain));
    }

    @Example
    void refusesWhatIsNoWholeBlock() {
        PartSealer sealer = new CbcSealer(key(), CipherBlock.of(iv));
        sealer.begin(1, false);

        assertThatThrownBy(() -> sealer.add(new byte[17])).isInstanceOf(IllegalArgumentException.class);
    }

    private byte[] whole(byte[] plain) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keyBytes, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(plain);
    }
}
