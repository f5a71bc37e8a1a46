package io.bakstripe.worker.key.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class CipherBlockTest {
    @Test
    void comesBackFromItsBytes() {
        CipherBlock block = new CipherBlock(0x0102030405060708L, -2);

        assertThat(CipherBlock.of(block.toBytes())).isEqualTo(block);
        assertThat(block.toBytes()).startsWith(1, 2, 3).endsWith(0xFF, 0xFE);
    }

    @Test
    void isTheLastOfWhatABufferHolds() {
        ByteBuffer buffer =
                ByteBuffer.allocate(48).putLong(16, 5).putLong(24, 6).limit(32).position(3);

        assertThat(CipherBlock.lastOf(buffer)).isEqualTo(new CipherBlock(5, 6));
        assertThat(buffer.position()).isEqualTo(3);
        assertThatThrownBy(() -> CipherBlock.lastOf(buffer.position(17))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CipherBlock.of(new byte[15])).isInstanceOf(IllegalArgumentException.class);
    }
}
