package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileTest {
    private static final long SYSTEM = 42;

    @ParameterizedTest
    @ValueSource(ints = {200, 288, 292, 400})
    void acceptsAChecksumWhereverAVersionKeepsIt(int at) {
        assertThat(ControlFile.complaint(file(at), SYSTEM)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 100, 287, 288, 291})
    void findsEveryFlippedBit(int at) {
        byte[] file = file(288);
        file[at] ^= 4;

        assertThat(ControlFile.complaint(file, SYSTEM))
                .hasValueSatisfying(text -> assertThat(text).contains("checksum"));
    }

    @Test
    void refusesAnotherServersFileAndWrongLengths() {
        assertThat(ControlFile.complaint(file(288), SYSTEM + 1)).isPresent();
        assertThat(ControlFile.complaint(new byte[0], SYSTEM)).isPresent();
        assertThat(ControlFile.complaint(new byte[512], SYSTEM)).isPresent();
        assertThat(ControlFile.complaint(new byte[8192], 0)).isPresent();
    }

    private static byte[] file(int checksumAt) {
        ByteBuffer file = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < checksumAt; i++) {
            file.put(i, (byte) (i * 7));
        }
        file.putLong(0, SYSTEM);
        CRC32C checksum = new CRC32C();
        checksum.update(file.array(), 0, checksumAt);
        return file.putInt(checksumAt, (int) checksum.getValue()).array();
    }
}
