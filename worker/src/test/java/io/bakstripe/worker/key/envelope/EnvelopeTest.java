package io.bakstripe.worker.key.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The metadata of an encrypted file: those of the Amazon S3 encryption client. */
class EnvelopeTest {
    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1234");
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/file.bak");
    private static final Envelope ENVELOPE = Envelope.of(
            WrappedKey.of(KEY, EncryptionContext.encryptionOnly(KEY), new byte[] {1, 2, 3}), new CipherBlock(0, 1));

    private static Map<String, String> metadata() {
        return new HashMap<>(ENVELOPE.toMetadata());
    }

    private static Problem refusal(Map<String, String> metadata) {
        return Problem.of(catchThrowable(() -> Envelope.read(FILE, metadata)));
    }

    @Test
    void isWhatTheClientWrites() {
        assertThat(ENVELOPE.toMetadata())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "x-amz-key-v2", "AQID",
                        "x-amz-iv", "AAAAAAAAAAAAAAAAAAAAAQ==",
                        "x-amz-cek-alg", "AES/CBC/PKCS5Padding",
                        "x-amz-wrap-alg", "kms",
                        "x-amz-matdesc", "{\"kms_cmk_id\":\"" + KEY + "\"}"));
    }

    @Test
    void comesBackFromItsMetadata() {
        assertThat(Envelope.read(FILE, metadata())).isEqualTo(ENVELOPE);
        assertThat(Envelope.isIn(metadata())).isTrue();
        assertThat(Envelope.isIn(Map.of("bakstripe-set", "7"))).isFalse();
    }

    @Test
    void opensWithTheKeyThatTheCallerNamesInTheContextThatTheFileHas() {
        Map<String, String> byAlias = metadata();
        byAlias.put("x-amz-matdesc", "{\"kms_cmk_id\":\"alias/mine\",\"more\":\"said\"}");

        WrappedKey wrapped = Envelope.read(FILE, byAlias).wrappedWith(KEY);

        assertThat(wrapped.key()).isEqualTo(KEY);
        assertThat(wrapped.context().entries()).isEqualTo(Map.of("kms_cmk_id", "alias/mine", "more", "said"));
        assertThat(wrapped.bytes()).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @CsvSource({"x-amz-cek-alg, AES/GCM/NoPadding", "x-amz-wrap-alg, kms+context", "x-amz-wrap-alg, AESWrap"})
    void filesThatWereEncryptedInAnotherWayAreNamedAsSuch(String name, String value) {
        Map<String, String> other = metadata();
        other.put(name, value);

        assertThat(refusal(other).error()).isEqualTo(BackupError.ENVELOPE_FOREIGN);
        assertThat(refusal(other).detail()).contains(FILE.toString(), value);
    }

    @Test
    void filesOfTheClientsFirstFormatAreNamedAsSuch() {
        Map<String, String> old = Map.of("x-amz-key", "AQID", "x-amz-iv", "AAAA", "x-amz-matdesc", "{}");

        assertThat(Envelope.isIn(old)).isTrue();
        assertThat(refusal(old).error()).isEqualTo(BackupError.ENVELOPE_FOREIGN);
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-iv, AAAA",
        "x-amz-iv, '~'",
        "x-amz-key-v2, ''",
        "x-amz-key-v2, '~'",
        "x-amz-matdesc, '[]'",
        "x-amz-matdesc, '{'",
        "x-amz-matdesc, ''",
        "x-amz-matdesc, '{\"a\":1}'"
    })
    void metadataThatAreNotWholeAreDamage(String name, String value) {
        Map<String, String> broken = metadata();
        broken.put(name, value);

        assertThat(refusal(broken).error()).isEqualTo(BackupError.ENVELOPE_DAMAGED);
        assertThat(refusal(broken).detail()).contains(FILE.toString(), name);
    }

    @ParameterizedTest
    @CsvSource({"x-amz-iv", "x-amz-cek-alg", "x-amz-wrap-alg", "x-amz-matdesc"})
    void metadataThatAreMissingAreDamage(String name) {
        Map<String, String> less = metadata();
        less.remove(name);

        assertThat(refusal(less).detail()).contains(name + " is missing");
    }
}
