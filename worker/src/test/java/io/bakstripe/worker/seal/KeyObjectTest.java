package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.seal.KeyObject.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyObjectTest {
    private static final S3Arn OBJECT = KeyObject.of(S3Arn.parse("arn:aws:s3:::bucket/shop.bak"));
    private static final KeyArn KEY =
            KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    private static final BackupSetId SET = new BackupSetId(UUID.fromString("6fa459ea-ee8a-4ca4-894e-db77e160355e"));

    private static final String STORED = """
            {"format":1,"files":[{"dataKeyId":"00000000-0000-0000-0000-000000000001","setId":"6fa459ea-ee8a-4ca4-894e-db77e160355e","family":2,\
            "createdAt":"2026-03-01T12:00:00Z","wrapped":[{"provider":"aws-kms",\
            "keyArn":"arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",\
            "encryptionContext":{"bakstripe":"authenticated","set":"x"},"ciphertext":"AQID"}]}]}""";

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static Entry entry(int number, byte... ciphertext) {
        return Entry.of(
                id(number),
                SET,
                2,
                Instant.parse("2026-03-01T12:00:00Z"),
                List.of(WrappedKey.of(
                        KEY, new EncryptionContext(Map.of("set", "x", "bakstripe", "authenticated")), ciphertext)));
    }

    private static KeyObject read(String json) {
        return KeyObject.read(OBJECT, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static KeyObject with(int... numbers) {
        KeyObject object = KeyObject.empty();
        for (int number : numbers) {
            object = object.with(entry(number, (byte) number));
        }
        return object;
    }

    @Test
    void isStoredAsTheFormatSays() {
        KeyObject object = KeyObject.empty().with(entry(1, (byte) 1, (byte) 2, (byte) 3));

        assertThat(new String(object.toBytes(), StandardCharsets.UTF_8)).isEqualTo(STORED);
        assertThat(read(STORED)).isEqualTo(object);
        assertThat(OBJECT).hasToString("arn:aws:s3:::bucket/shop.bak.keys");
        assertThat(KeyObject.isNamedSo(OBJECT)).isTrue();
        assertThat(KeyObject.isNamedSo(S3Arn.parse("arn:aws:s3:::bucket/shop.keys.bak")))
                .isFalse();
    }

    @Test
    void aNewFileComesFirstAndAKnownOneKeepsItsPlace() {
        KeyObject object = with(1, 2, 3).with(entry(2, (byte) 9));

        assertThat(object.files()).containsExactly(entry(3, (byte) 3), entry(2, (byte) 9), entry(1, (byte) 1));
        assertThat(object.entry(id(1))).contains(entry(1, (byte) 1));
        assertThat(object.entry(id(4))).isEmpty();
        assertThat(with(1).with(entry(1, (byte) 1))).isEqualTo(with(1));
    }

    @Test
    void theOldestGoWhereThereAreTooMany() {
        KeyObject full = with(IntStream.rangeClosed(1, KeyObject.MAX_FILES).toArray());

        KeyObject next = full.with(entry(101, (byte) 1));

        assertThat(next.files()).hasSize(KeyObject.MAX_FILES);
        assertThat(next.entry(id(1))).isEmpty();
        assertThat(next.entry(id(2))).isPresent();
        assertThat(next.files().get(0).dataKeyId()).isEqualTo(id(101));
        assertThat(full.with(entry(1, (byte) 2)).files()).hasSize(KeyObject.MAX_FILES);
    }

    @Test
    void theOldestGoWhereThereAreTooManyBytesButNeverTheOneThatIsPut() {
        byte[] long1 = new byte[300_000];
        KeyObject two = KeyObject.empty().with(entry(1, long1)).with(entry(2, long1));

        assertThat(two.with(entry(3, long1)).files())
                .extracting(Entry::dataKeyId)
                .containsExactly(id(3), id(2));
        assertThat(two.with(entry(1, new byte[600_000])).files())
                .extracting(Entry::dataKeyId)
                .containsExactly(id(1));
        assertThatThrownBy(() -> two.with(entry(3, new byte[800_000]))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keysOfUnknownProvidersAndUnknownEntriesOfTheJsonAreNoHindrance() {
        String foreign = STORED.replace(
                "\"wrapped\":[",
                "\"later\":1,\"wrapped\":[{\"provider\":\"vault\","
                        + "\"keyArn\":\"transit/x\",\"encryptionContext\":{},\"ciphertext\":\"vault:v1:x\"},");

        Entry entry = read(foreign).files().get(0);

        assertThat(entry.wrapped()).hasSize(2);
        assertThat(entry.keys())
                .containsExactlyElementsOf(
                        entry(1, (byte) 1, (byte) 2, (byte) 3).keys());
        assertThat(entry.withKeys(entry(1, (byte) 7).keys()).wrapped())
                .as("those of others are kept")
                .hasSize(2)
                .contains(entry.wrapped().get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":1 | \"format\":0",
                "\"format\":1 | \"format\":\"1\"",
                "\"format\":1, | ''",
                "\"family\":2 | \"family\":0",
                "\"family\":2, | ''",
                "\"family\":2 | \"family\":null",
                "00000000-0000-0000-0000-000000000001 | 1",
                "6fa459ea-ee8a-4ca4-894e-db77e160355e | 1",
                "2026-03-01T12:00:00Z | yesterday",
                ":key/ | :alias/",
                "AQID | A?ID",
                "AQID | ''",
                "\"set\":\"x\" | \"set\":null",
                "\"set\":\"x\" | \"set\":\"x\",\"set\":\"y\"",
                "\"files\":[ | \"files\":[null,",
                "}]}]} | }]}]} {}",
                "}]}]} | }]}",
            })
    void whatIsNotWholeIsRefused(String part, String other) {
        String wrong = STORED.replace(part, other);
        assertThat(wrong).isNotEqualTo(STORED);

        assertThat(Problem.of(catchThrowable(() -> read(wrong))).error()).isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
    }

    @Test
    void whatIsNoKeyObjectIsRefused() {
        String twice = STORED.replace("]}]}", "]}," + STORED.substring(STORED.indexOf("{\"dataKeyId")));
        for (String wrong : List.of("", "null", "[]", "1", "\u0000", " ".repeat(KeyObject.MAX_BYTES + 1), twice)) {
            assertThat(Problem.of(catchThrowable(() -> read(wrong))).error())
                    .as(wrong.strip())
                    .isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        }
    }

    @Test
    void aNewerFormatIsNamed() {
        Problem refusal = Problem.of(catchThrowable(() -> read("{\"format\":2,\"files\":7}")));

        assertThat(refusal.error()).isEqualTo(BackupError.KEY_OBJECT_NEWER);
        assertThat(refusal.detail()).contains("shop.bak.keys has format 2, this program reads format 1");
    }
}
