package io.bakstripe.worker.key.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.envelope.CbcStream;
import io.bakstripe.worker.key.envelope.CbcStream.Piece;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.DamagedStreamException;
import java.nio.ByteBuffer;
import java.security.Security;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ciphers come from the provider that is set, and from either one they are the same. */
class CryptoProviderTest {
    private static final String CORRETTO = AmazonCorrettoCryptoProvider.PROVIDER_NAME;

    @AfterEach
    void asBefore() {
        Security.removeProvider(CORRETTO);
    }

    private static CryptoProvider set(String value) {
        return CryptoProvider.from(ConfigFactory.parseString("crypto-provider = " + value)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    private static String providerOf(String cipher) throws Exception {
        return Cipher.getInstance(cipher).getProvider().getName();
    }

    private static void requirePlatform() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        assumeThat(System.getProperty("os.arch")).isIn("amd64", "aarch64");
    }

    @Test
    void correttoIsFirstWhereItLoads() throws Exception {
        requirePlatform();

        CryptoProvider.Active active = CryptoProvider.from(
                        ConfigFactory.defaultReference().getConfig("bakstripe.worker"))
                .install();

        assertThat(active.missing()).isEmpty();
        assertThat(active.name()).startsWith(CORRETTO);
        assertThat(providerOf("AES/CBC/NoPadding")).isEqualTo(CORRETTO);
        assertThat(providerOf("AES/CBC/PKCS5Padding")).isEqualTo(CORRETTO);
        assertThat(providerOf("AES/GCM/NoPadding")).isEqualTo(CORRETTO);
    }

    @Test
    void theJdkStaysFirstWhereItIsWanted() throws Exception {
        CryptoProvider.Active active = set("jdk").install();

        assertThat(active.missing()).isEmpty();
        assertThat(active.name()).startsWith("JDK");
        assertThat(providerOf("AES/CBC/NoPadding")).isNotEqualTo(CORRETTO);
    }

    @Test
    void anotherWordIsRefused() {
        assertThatThrownBy(() -> set("bouncy")).hasMessageContaining("must be auto or jdk, not bouncy");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 1 << 20})
    void whatOneSealsTheOtherOpens(int bytes) throws Exception {
        requirePlatform();
        byte[] plain = new byte[bytes];
        new Random(bytes).nextBytes(plain);
        byte[] ofJdk = sealed(plain, Piece.LAST);
        byte[] innerOfJdk = sealed(plain, Piece.INNER);

        CryptoProvider.AUTO.install();

        assertThat(sealed(plain, Piece.LAST)).isEqualTo(ofJdk);
        assertThat(sealed(plain, Piece.INNER)).isEqualTo(innerOfJdk);
        assertThat(opened(ofJdk, Piece.LAST)).isEqualTo(plain);
        assertThat(opened(innerOfJdk, Piece.INNER)).isEqualTo(plain);
    }

    @Test
    void anEndThatIsNoneIsDamageWhoeverFindsIt() {
        requirePlatform();
        CryptoProvider.AUTO.install();

        assertThatThrownBy(() -> opened(new byte[32], Piece.LAST)).isInstanceOf(DamagedStreamException.class);
        assertThatThrownBy(() -> opened(new byte[31], Piece.LAST)).isInstanceOf(DamagedStreamException.class);
    }

    private static DataKey key() {
        byte[] bytes = new byte[DataKey.BYTES];
        Arrays.fill(bytes, (byte) 7);
        return DataKey.takeOver(bytes);
    }

    private static CipherBlock before() {
        return CipherBlock.of(new byte[CipherBlock.BYTES]);
    }

    private static byte[] sealed(byte[] plain, Piece piece) {
        ByteBuffer into = ByteBuffer.allocate(CbcStream.sealedBytes(plain.length, piece));
        try (DataKey key = key()) {
            CbcStream.seal(key, before(), ByteBuffer.wrap(plain), piece, into);
        }
        return into.array();
    }

    private static byte[] opened(byte[] sealed, Piece piece) throws DamagedStreamException {
        ByteBuffer into = ByteBuffer.allocate(sealed.length);
        try (DataKey key = key()) {
            CbcStream.open(key, before(), ByteBuffer.wrap(sealed), piece, into);
        }
        return Arrays.copyOf(into.array(), into.position());
    }
}
