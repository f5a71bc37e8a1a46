package io.bakstripe.worker.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.protocol.name.KeyArn;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DataKeyTest {
    private static byte[] secret() {
        byte[] bytes = new byte[DataKey.BYTES];
        Arrays.fill(bytes, (byte) 'K');
        return bytes;
    }

    @Test
    void takesTheBytesFromWhoeverHadThem() {
        byte[] given = secret();

        DataKey key = DataKey.takeOver(given);

        assertThat(given).containsOnly(0);
        assertThat(key.<byte[]>use(byte[]::clone)).isEqualTo(secret());
    }

    @Test
    void wipesWhatItShowsAndItself() {
        DataKey key = DataKey.takeOver(secret());
        AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);
        key.use(bytes -> {
            kept.set(bytes);
            return bytes.length;
        });
        assertThat(kept.get()).hasSize(DataKey.BYTES).containsOnly(0);

        key.close();
        key.close();

        assertThatThrownBy(() -> key.use(bytes -> 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void wipesWhatAFailedWorkHasSeen() {
        DataKey key = DataKey.takeOver(secret());
        AtomicReference<byte[]> kept = new AtomicReference<>(new byte[0]);

        assertThatThrownBy(() -> key.use(bytes -> {
                    kept.set(bytes);
                    throw new IllegalArgumentException("failed");
                }))
                .hasMessage("failed");

        assertThat(kept.get()).containsOnly(0);
    }

    @Test
    void refusesOtherLengthsAndWipesThemAllTheSame() {
        byte[] given = {1, 2, 3};

        assertThatThrownBy(() -> DataKey.takeOver(given)).hasMessage("a data key of 3 bytes");

        assertThat(given).containsOnly(0);
    }

    @Test
    void isNeitherPrintedNorSerialised() throws Exception {
        DataKey key = DataKey.takeOver(secret());
        KeyArn arn = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1");
        NewDataKey made =
                new NewDataKey(key, WrappedKey.of(arn, EncryptionContext.encryptionOnly(arn), new byte[] {1}));

        assertThat(key).hasToString("DataKey[***]");
        assertThat(made.toString()).contains("***").doesNotContain("KK");
        assertThatThrownBy(() -> new ObjectMapper().writeValueAsString(key)).hasMessageContaining("No serializer");
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(key)).isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void closingBothFormsWipesThePlainOne() {
        DataKey key = DataKey.takeOver(secret());
        KeyArn arn = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1");

        new NewDataKey(key, WrappedKey.of(arn, EncryptionContext.encryptionOnly(arn), new byte[] {1})).close();

        assertThatThrownBy(() -> key.use(bytes -> 0)).isInstanceOf(IllegalStateException.class);
    }
}
